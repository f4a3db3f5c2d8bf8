package dev.revoker.config;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

/** Validates a value with Kafka's own definition of the setting. */
final class KafkaValues {
  /** Lists of classes, which the client loads when it is created. */
  private static final Set<String> CLASS_LISTS =
      Set.of("interceptor.classes", "metric.reporters", "partition.assignment.strategy");

  /** Kafka's clients define no range for these; the broker rejects values below 1. */
  private static final Set<String> POSITIVE =
      Set.of("session.timeout.ms", "heartbeat.interval.ms", "transaction.timeout.ms");

  private KafkaValues() {}

  /** The value for a client. A secret becomes a {@code Password}, which Kafka never prints. */
  static Object value(ConfigDef.ConfigKey definition, Setting setting) {
    return definition.type == ConfigDef.Type.PASSWORD
        ? new Password(setting.text())
        : setting.text();
  }

  /**
   * What is wrong with the value, or null if Kafka accepts it. Uses the text of Kafka's validator,
   * without the value that its exception repeats.
   */
  static @Nullable String mistake(ConfigDef.ConfigKey definition, Setting setting) {
    Object value;
    try {
      value = ConfigDef.parseType(definition.name, setting.text(), definition.type);
      if (CLASS_LISTS.contains(definition.name) && value instanceof List<?> classes) {
        classes.forEach(c -> ConfigDef.parseType(definition.name, c, ConfigDef.Type.CLASS));
      }
    } catch (ConfigException | LinkageError e) {
      return "must be " + type(definition);
    }
    if (POSITIVE.contains(definition.name)
        && value instanceof Number number
        && number.longValue() <= 0) {
      return "must be a whole number of at least 1";
    }
    try {
      if (definition.validator != null) {
        definition.validator.ensureValid(definition.name, value);
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
}
