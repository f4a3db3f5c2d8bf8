package dev.revoker.config;

import java.util.List;
import java.util.Locale;

/**
 * A Kafka setting that the guarantees depend on.
 *
 * @param name as Kafka has it
 * @param allowed the allowed values, the default first; empty if only the code may set it
 * @param why the reason, to follow "because" in an error message
 */
record FixedKafkaSetting(String name, List<String> allowed, String why) {
  private static final FixedKafkaSetting BROKERS =
      never("bootstrap.servers", "all clients use the brokers of bootstrap.servers");
  private static final FixedKafkaSetting PROVIDERS =
      never("config.providers", "${env:..}, ${file:..} and ${dir:..} are resolved already");

  /** The fixed settings of one client. */
  static List<FixedKafkaSetting> of(KafkaClient client) {
    return switch (client) {
      case CONSUMER -> CONSUMER;
      case PRODUCER -> PRODUCER;
      case ADMIN -> ADMIN;
    };
  }

  private static final List<FixedKafkaSetting> CONSUMER =
      List.of(
          BROKERS,
          PROVIDERS,
          never("group.id", "the key for it is group.id"),
          never("key.deserializer", "the worker reads bytes"),
          never("value.deserializer", "the worker reads bytes"),
          never("share.acknowledgement.mode", "the worker is no share consumer"),
          never("share.acquire.mode", "the worker is no share consumer"),
          only(
              "enable.auto.commit",
              "progress commits together with the results, or not at all",
              "false"),
          only(
              "isolation.level",
              "a request in an aborted transaction does not count",
              "read_committed"),
          only("auto.offset.reset", "any other value would skip requests", "earliest", "none"),
          only("allow.auto.create.topics", "only create.topics creates topics", "false"));

  private static final List<FixedKafkaSetting> PRODUCER =
      List.of(
          BROKERS,
          PROVIDERS,
          never("key.serializer", "the worker writes bytes"),
          never("value.serializer", "the worker writes bytes"),
          never("transactional.id", "the worker names its transactions itself"),
          only(
              "transaction.two.phase.commit.enable",
              "results and progress commit in one transaction of the worker's own",
              "false"),
          only("enable.idempotence", "a retried send must not write a result twice", "true"),
          only("acks", "a result must outlive the loss of a broker", "all", "-1"),
          only("retries", "delivery.timeout.ms ends the retries, not their number", "2147483647"),
          only(
              "max.in.flight.requests.per.connection",
              "an idempotent producer keeps the order of records only up to 5",
              "5",
              "4",
              "3",
              "2",
              "1"));

  private static final List<FixedKafkaSetting> ADMIN =
      List.of(
          BROKERS,
          PROVIDERS,
          never("bootstrap.controllers", "all clients use the brokers of bootstrap.servers"));

  private static FixedKafkaSetting never(String name, String why) {
    return new FixedKafkaSetting(name, List.of(), why);
  }

  private static FixedKafkaSetting only(String name, String why, String... allowed) {
    return new FixedKafkaSetting(name, List.of(allowed), why);
  }

  boolean allows(String value) {
    return allowed.contains(value.toLowerCase(Locale.ROOT));
  }

  /** The error text for any other value. */
  String demand() {
    return allowed.isEmpty()
        ? "must not be set, because " + why
        : String.format(Locale.ROOT, "must be %s, because %s", String.join(" or ", allowed), why);
  }
}
