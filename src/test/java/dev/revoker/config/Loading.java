package dev.revoker.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;

/** Loads what a test writes down. */
final class Loading {
  static final String BROKERS = "bootstrap.servers=localhost:9092";

  private Loading() {}

  static Loaded load(String... lines) {
    return load(Map.of(), lines);
  }

  static Loaded load(Map<String, String> environment, String... lines) {
    try {
      Path file = Files.createTempFile("revoker-config", ".properties");
      try {
        Files.writeString(file, String.join("\n", lines));
        return ConfigLoader.load(file, environment);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The lines beside {@link #BROKERS}, which must load. */
  static Loaded.Valid valid(String... lines) {
    return valid(Map.of(), lines);
  }

  static Loaded.Valid valid(Map<String, String> environment, String... lines) {
    return assertThat(load(environment, withBrokers(lines)))
        .asInstanceOf(InstanceOfAssertFactories.type(Loaded.Valid.class))
        .actual();
  }

  static Config config(String... lines) {
    return valid(lines).config();
  }

  /** The problems of the lines beside {@link #BROKERS}. */
  static List<String> problems(String... lines) {
    return problems(Map.of(), lines);
  }

  static List<String> problems(Map<String, String> environment, String... lines) {
    return load(environment, withBrokers(lines)) instanceof Loaded.Invalid invalid
        ? invalid.problems()
        : List.of();
  }

  private static String[] withBrokers(String... lines) {
    return (BROKERS + "\n" + String.join("\n", lines)).split("\n", -1);
  }
}
