package dev.revoker.config;

import dev.revoker.config.KafkaClient.Given;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * Checks Kafka settings: each with Kafka's own definition, and one client's against each other.
 * Kafka itself would report one mistake at a time.
 */
record KafkaChecks(
    SettingsReader in, KafkaClient client, Given given, Map<String, String> defaults) {
  /** Lists of classes, which the client loads when it is created. */
  private static final Set<String> CLASS_LISTS =
      Set.of("interceptor.classes", "metric.reporters", "partition.assignment.strategy");

  /** Kafka's clients define no range for these; the broker rejects values below 1. */
  private static final Set<String> POSITIVE =
      Set.of("session.timeout.ms", "heartbeat.interval.ms", "transaction.timeout.ms");

  /**
   * What is wrong with the value, or null if Kafka accepts it. Uses the text of Kafka's validator,
   * without the value that its exception repeats.
   */
  static @Nullable String mistake(ConfigDef.ConfigKey definition, String text) {
    String name = definition.name;
    Object value;
    try {
      value = ConfigDef.parseType(name, text, definition.type);
      if (CLASS_LISTS.contains(name) && value instanceof List<?> classes) {
        classes.forEach(c -> ConfigDef.parseType(name, c, ConfigDef.Type.CLASS));
      }
    } catch (ConfigException | LinkageError e) {
      return "must be " + type(definition);
    }
    if (POSITIVE.contains(name) && value instanceof Number number && number.longValue() <= 0) {
      return "must be a whole number of at least 1";
    }
    try {
      if (definition.validator != null) {
        definition.validator.ensureValid(name, value);
      }
      return null;
    } catch (ConfigException refused) {
      return words(definition, value, refused);
    }
  }

  private static String type(ConfigDef.ConfigKey definition) {
    return switch (definition.type) {
      case BOOLEAN -> "true or false";
      case INT, LONG, SHORT -> "a whole number";
      case DOUBLE -> "a number";
      case CLASS -> "the name of a class on the class path";
      case LIST ->
          CLASS_LISTS.contains(definition.name)
              ? "names of classes on the class path"
              : "a list separated by commas";
      case STRING, PASSWORD -> "text";
    };
  }

  /** Kafka's message without the value, which may be secret or come from a reference. */
  private static String words(
      ConfigDef.ConfigKey definition, Object value, ConfigException refused) {
    String message = String.valueOf(refused.getMessage());
    String start = new ConfigException(definition.name, value).getMessage() + ": ";
    boolean says = message.startsWith(start) && definition.type != ConfigDef.Type.PASSWORD;
    String words = says ? message.substring(start.length()) : "";
    boolean repeats = !(value instanceof Number) && words.contains(String.valueOf(value));
    return words.isEmpty() || repeats
        ? "is not what Kafka allows"
        : words.substring(0, 1).toLowerCase(Locale.ROOT) + words.substring(1);
  }

  /** Reports the contradictions among the settings of the client. */
  void run() {
    switch (client) {
      case CONSUMER -> consumer();
      case PRODUCER -> producer();
      case ADMIN -> {
        // No admin setting depends on another one.
      }
    }
    security();
  }

  private void consumer() {
    if (given.newGroupProtocol()) {
      for (String name :
          List.of("partition.assignment.strategy", "session.timeout.ms", "heartbeat.interval.ms")) {
        wrong("must not be set with consumer.group.protocol=consumer: the broker sets it", name);
      }
    } else {
      wrong("needs consumer.group.protocol=consumer", "group.remote.assignor");
      long heartbeat = number("heartbeat.interval.ms");
      long session = number("session.timeout.ms");
      if (heartbeat >= session) {
        wrong(
            String.format(
                Locale.ROOT,
                "consumer.heartbeat.interval.ms (%d) must be less than"
                    + " consumer.session.timeout.ms (%d)",
                heartbeat,
                session),
            "heartbeat.interval.ms",
            "session.timeout.ms");
      }
    }
    warnIf(
        given.has("interceptor.classes"),
        "interceptor.classes",
        "an interceptor sees every API key in the clear");
  }

  private void producer() {
    long delivery = number("delivery.timeout.ms");
    long linger = number("linger.ms");
    long request = number("request.timeout.ms");
    if (delivery < linger + request) {
      wrong(
          String.format(
              Locale.ROOT,
              "producer.delivery.timeout.ms (%d) must be at least linger.ms +"
                  + " request.timeout.ms (%d + %d)",
              delivery,
              linger,
              request),
          "delivery.timeout.ms",
          "request.timeout.ms",
          "linger.ms");
    }
    warnIf(
        delivery > number("transaction.timeout.ms"),
        "delivery.timeout.ms",
        "is longer than producer.transaction.timeout.ms: the producer may go on sending a result"
            + " whose transaction was aborted");
    warnIf(
        linger > 0,
        "linger.ms",
        "delays every transaction by this time; its results are sent together anyway");
    warnIf(
        given.has("interceptor.classes"),
        "interceptor.classes",
        "an interceptor can change results");
  }

  private void security() {
    String own = client.prefix() + "security.protocol";
    String key = in.has(own) ? own : "security.protocol";
    String protocol = given.word("security.protocol", "plaintext");
    for (String kind : List.of("sasl", "ssl")) {
      boolean used = kind.equals("sasl") ? protocol.startsWith(kind) : protocol.endsWith(kind);
      if (!used && given.byName().keySet().stream().anyMatch(n -> n.startsWith(kind + "."))) {
        in.warn(
            key,
            String.format(
                Locale.ROOT, "is %s, so the %s.* settings have no effect", protocol, kind));
      }
    }
  }

  private long number(String name) {
    return given.number(name, Long.parseLong(defaults.getOrDefault(name, "0")));
  }

  private void warnIf(boolean unwise, String name, String text) {
    if (unwise) {
      in.warn(client.prefix() + name, text);
    }
  }

  /** Reports the first of the settings that was set; nothing if one of them is reported. */
  private void wrong(String text, String... names) {
    List<Setting> set = Stream.of(names).map(given::get).filter(Objects::nonNull).toList();
    if (!set.isEmpty() && set.stream().noneMatch(s -> in.blamed(s.key()))) {
      in.wrong(set.getFirst(), text);
    }
  }
}
