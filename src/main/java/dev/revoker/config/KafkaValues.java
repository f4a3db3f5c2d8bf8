package dev.revoker.config;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;

/** Asks Kafka whether a value fits. What Kafka says of it is not repeated: it quotes the value. */
final class KafkaValues {
  /** Lists whose elements are classes that the client loads when it is made. */
  private static final Set<String> CLASS_LISTS =
      Set.of("interceptor.classes", "metric.reporters", "partition.assignment.strategy");

  /** Kafka itself has no range for these, and the broker refuses the rest. */
  private static final Set<String> POSITIVE =
      Set.of("session.timeout.ms", "heartbeat.interval.ms", "transaction.timeout.ms");

  private static final Pattern BRACKETS = Pattern.compile("(?:\\(case insensitive\\) )?\\[(.*)]");

  private KafkaValues() {}

  /** The value as a client takes it; a secret is wrapped, so that Kafka prints it as hidden. */
  static Object value(ConfigDef.ConfigKey definition, Setting setting) {
    return definition.type == ConfigDef.Type.PASSWORD
        ? new Password(setting.text())
        : setting.text();
  }

  static boolean fits(ConfigDef.ConfigKey definition, Setting setting) {
    String text = setting.text();
    try {
      Object value = ConfigDef.parseType(definition.name, text, definition.type);
      if (definition.validator != null) {
        definition.validator.ensureValid(definition.name, value);
      }
      if (CLASS_LISTS.contains(definition.name) && value instanceof List<?> classes) {
        classes.forEach(c -> ConfigDef.parseType(definition.name, c, ConfigDef.Type.CLASS));
      }
      return !POSITIVE.contains(definition.name)
          || !(value instanceof Number number)
          || number.longValue() > 0;
    } catch (ConfigException | LinkageError e) {
      return false;
    }
  }

  /** What fits, to stand after "must be". */
  static String allowed(ConfigDef.ConfigKey definition) {
    String type =
        switch (definition.type) {
          case BOOLEAN -> "true or false";
          case INT, LONG, SHORT -> "a whole number";
          case DOUBLE -> "a number";
          case CLASS -> "the name of a class on the class path";
          case LIST ->
              CLASS_LISTS.contains(definition.name)
                  ? "names of classes on the class path"
                  : "a list separated by commas";
          case STRING, PASSWORD -> "what Kafka allows";
        };
    if (POSITIVE.contains(definition.name)) {
      return type + " of at least 1";
    }
    return definition.validator == null ? type : type + range(definition.validator.toString());
  }

  /** Puts what Kafka's validators say of themselves into words; the empty text where it can't. */
  private static String range(String validator) {
    Matcher matcher = BRACKETS.matcher(validator);
    if (!matcher.matches()) {
      return "";
    }
    String inside = matcher.group(1);
    if (!inside.contains("...")) {
      String choices =
          Stream.of(inside.split(", *", -1)).sorted().collect(Collectors.joining(", "));
      return ": one of " + choices.toLowerCase(Locale.ROOT);
    }
    String[] ends = inside.split(",", -1);
    return ends.length < 3
        ? " of at least " + ends[0]
        : String.format(Locale.ROOT, " from %s to %s", ends[0], ends[2]);
  }
}
