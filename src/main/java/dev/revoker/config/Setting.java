package dev.revoker.config;

import dev.revoker.model.Secret;
import org.jspecify.annotations.Nullable;

/**
 * A key that the operator set, with its value. {@code toString} shows no secret.
 *
 * @param written the value as the file or the environment has it, references unresolved
 * @param resolved the value with its references resolved; may be secret whatever the key
 * @param line the line in the file; 0 if the setting comes from the environment
 * @param variable the environment variable that sets it, or null if it comes from the file
 */
record Setting(String key, String written, Secret resolved, int line, @Nullable String variable) {
  /** With its references unresolved. */
  Setting(String key, String value, int line, @Nullable String variable) {
    this(key, value, Secret.of(value), line, variable);
  }

  Setting withResolved(String value) {
    return new Setting(key, written, Secret.of(value), line, variable);
  }

  /** The value for use, without the blanks around it. */
  String text() {
    return resolved.reveal().strip();
  }

  /** The value for printing: never what a reference resolved to. */
  String shown() {
    return Redaction.value(key, written);
  }

  String origin() {
    return variable == null ? "file" : "environment";
  }

  /** The variable in parentheses, or nothing. */
  String where() {
    return variable == null ? "" : " (" + variable + ")";
  }

  @Override
  public String toString() {
    return key + " = " + shown();
  }
}
