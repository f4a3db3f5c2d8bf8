package dev.revoker.config;

import java.util.List;

/** The result of loading a configuration. No text in it shows a secret. */
public sealed interface Loaded {
  /**
   * A valid configuration.
   *
   * @param lines the whole configuration as {@code key = value (origin)}, sorted by key, secrets
   *     masked; the origin is {@code file}, {@code environment}, {@code default}, or {@code fixed}
   *     for a Kafka setting that the guarantees depend on
   * @param warnings what is allowed but probably not meant, one line each
   */
  record Valid(Config config, List<String> lines, List<String> warnings) implements Loaded {
    public Valid {
      lines = List.copyOf(lines);
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * An invalid configuration.
   *
   * @param problems all of them, one line each: the key, its value (masked if it is or may be
   *     secret), and what is allowed
   */
  record Invalid(List<String> problems) implements Loaded {
    public Invalid {
      problems = List.copyOf(problems);
    }
  }
}
