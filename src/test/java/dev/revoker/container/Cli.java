package dev.revoker.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs a command in the checkout, as a user would. */
final class Cli {
  private Cli() {}

  /** Its output; an exit code other than 0 fails the test and shows the output. */
  static String run(Map<String, String> environment, String... command) {
    try {
      Ended ended = end(environment, command);
      if (ended.exit() != 0) {
        throw new AssertionError(
            "%s: exit %d%n%s".formatted(List.of(command), ended.exit(), ended.output()));
      }
      return ended.output();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its last line where it fails or is not there; empty where it exits with 0. */
  static Optional<String> complaint(String... command) {
    try {
      Ended ended = end(Map.of(), command);
      return ended.exit() == 0
          ? Optional.empty()
          : Optional.of(ended.output().lines().reduce((before, last) -> last).orElse("no output"));
    } catch (IOException e) {
      return Optional.of(e.getMessage());
    }
  }

  private record Ended(int exit, String output) {}

  private static Ended end(Map<String, String> environment, String... command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    try {
      return new Ended(process.waitFor(), output);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Builds the image from target/revoker, once; what is built already costs a second. */
  static String image() {
    return Image.NAME;
  }

  private static final class Image {
    static final String NAME = build("revoker:test");

    private static String build(String name) {
      if (!Files.exists(Path.of("target", "revoker", "lib", "revoker.jar"))) {
        throw new AssertionError("target/revoker is missing: run `mvn package` first");
      }
      run(
          Map.of("DOCKER_BUILDKIT", "1"),
          "docker",
          "build",
          "--quiet",
          "--file",
          "deploy/Dockerfile",
          "--tag",
          name,
          ".");
      return name;
    }
  }
}
