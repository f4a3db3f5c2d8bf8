package dev.revoker.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Checks Kafka settings against each other. Kafka itself would report one mistake at a time. */
final class KafkaChecks {
  private static final List<String> BROKER_DECIDES =
      List.of("partition.assignment.strategy", "session.timeout.ms", "heartbeat.interval.ms");

  private final SettingsReader in;
  private final KafkaSettings settings;
  private final Map<String, String> defaults;

  private KafkaChecks(SettingsReader in, KafkaSettings settings, Map<String, String> defaults) {
    this.in = in;
    this.settings = settings;
    this.defaults = defaults;
  }

  static void run(SettingsReader in, KafkaSettings settings, Map<String, String> defaults) {
    KafkaChecks checks = new KafkaChecks(in, settings, defaults);
    switch (settings.client()) {
      case CONSUMER -> checks.consumer();
      case PRODUCER -> checks.producer();
      case ADMIN -> {
        // No admin setting depends on another one.
      }
    }
    checks.security();
  }

  private void consumer() {
    if (settings.newGroupProtocol()) {
      BROKER_DECIDES.forEach(
          name ->
              wrong(
                  name,
                  "must not be set with consumer.group.protocol=consumer: the broker sets it"));
    } else {
      wrong("group.remote.assignor", "needs consumer.group.protocol=consumer");
      if (number("heartbeat.interval.ms") >= number("session.timeout.ms")) {
        wrongOneOf(
            String.format(
                Locale.ROOT,
                "consumer.heartbeat.interval.ms (%d) must be less than"
                    + " consumer.session.timeout.ms (%d)",
                number("heartbeat.interval.ms"),
                number("session.timeout.ms")),
            "heartbeat.interval.ms",
            "session.timeout.ms");
      }
    }
    if (settings.has("interceptor.classes")) {
      in.report()
          .warn("consumer.interceptor.classes", "an interceptor sees every API key in the clear");
    }
  }

  private void producer() {
    long delivery = number("delivery.timeout.ms");
    if (delivery < number("linger.ms") + number("request.timeout.ms")) {
      wrongOneOf(
          String.format(
              Locale.ROOT,
              "producer.delivery.timeout.ms (%d) must be at least linger.ms + request.timeout.ms"
                  + " (%d + %d)",
              delivery,
              number("linger.ms"),
              number("request.timeout.ms")),
          "delivery.timeout.ms",
          "request.timeout.ms",
          "linger.ms");
    }
    if (delivery > number("transaction.timeout.ms")) {
      in.report()
          .warn(
              "producer.delivery.timeout.ms",
              "is longer than producer.transaction.timeout.ms: the producer may go on sending a"
                  + " result whose transaction was aborted");
    }
    if (number("linger.ms") > 0) {
      in.report()
          .warn(
              "producer.linger.ms",
              "delays every transaction by this time; its results are sent together anyway");
    }
    if (settings.has("interceptor.classes")) {
      in.report().warn("producer.interceptor.classes", "an interceptor can change results");
    }
  }

  private void security() {
    String own = settings.client().prefix() + "security.protocol";
    String key = in.has(own) ? own : "security.protocol";
    String protocol = settings.word("security.protocol", "plaintext");
    unused(key, protocol, "sasl", !protocol.startsWith("sasl"));
    unused(key, protocol, "ssl", !protocol.endsWith("ssl"));
  }

  private void unused(String key, String protocol, String kind, boolean unused) {
    if (unused && settings.given().keySet().stream().anyMatch(n -> n.startsWith(kind + "."))) {
      in.report()
          .warn(
              key,
              String.format(
                  Locale.ROOT, "is %s, so the %s.* settings have no effect", protocol, kind));
    }
  }

  private long number(String name) {
    return settings.number(name, Long.parseLong(defaults.getOrDefault(name, "0")));
  }

  private void wrong(String name, String text) {
    Setting setting = settings.setting(name);
    if (setting != null && !in.problems().has(setting.key())) {
      in.problems().wrong(setting, text);
    }
  }

  /** Reports the first of the settings that was set; nothing if one of them is already reported. */
  private void wrongOneOf(String text, String... names) {
    List<Setting> set =
        List.of(names).stream().filter(settings::has).map(settings.given()::get).toList();
    if (set.stream().noneMatch(s -> in.problems().has(s.key())) && !set.isEmpty()) {
      in.problems().wrong(set.getFirst(), text);
    }
  }
}
