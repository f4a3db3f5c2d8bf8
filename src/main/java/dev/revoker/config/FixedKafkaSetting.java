package dev.revoker.config;

import java.util.List;
import java.util.Locale;

/**
 * A Kafka setting that the worker's promises rest on.
 *
 * @param name as Kafka has it
 * @param allowed what it may be, ours first; none where the code sets it and nobody else may
 * @param why to stand behind "because" or "instead"
 */
record FixedKafkaSetting(String name, List<String> allowed, String why) {
  private static final FixedKafkaSetting BROKERS =
      never("bootstrap.servers", "all clients use the brokers of bootstrap.servers");
  private static final FixedKafkaSetting PROVIDERS =
      never("config.providers", "${env:..}, ${file:..} and ${dir:..} are resolved already");

  /** Those of one client. */
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
              "a request of an aborted transaction was never made",
              "read_committed"),
          only("auto.offset.reset", "any other would pass over requests", "earliest", "none"),
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
          only("enable.idempotence", "a result must not stand in the topic twice", "true"),
          only("acks", "a result must outlive the loss of a broker", "all", "-1"),
          only("retries", "a result is given up by time, and never by count", "2147483647"),
          only(
              "max.in.flight.requests.per.connection",
              "with more, an idempotent producer loses the order",
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

  /** What to tell whoever set something else. */
  String demand() {
    return allowed.isEmpty()
        ? "must not be set, for " + why
        : String.format(Locale.ROOT, "must be %s, for %s", String.join(" or ", allowed), why);
  }
}
