package dev.revoker.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Runs a command in the checkout, as a user would. */
final class Cli {
  /** An image is built from nothing in less. */
  private static final Duration PATIENCE = Duration.ofMinutes(15);

  /** The exit code of what did not end, as `timeout` has it. */
  private static final int NEVER = 124;

  private Cli() {}

  /**
   * Its output; an exit code other than 0, or a quarter of an hour without an end, fails the test
   * and shows the output.
   */
  static String run(Map<String, String> environment, String... command) {
    try {
      Ended ended = end(PATIENCE, environment, command);
      if (ended.exit() != 0) {
        throw new AssertionError(
            "%s: exit %d%n%s".formatted(List.of(command), ended.exit(), ended.output()));
      }
      return ended.output();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its last line where it fails, is not there or does not end; empty where it exits with 0. */
  static Optional<String> complaint(Duration patience, String... command) {
    try {
      Ended ended = end(patience, Map.of(), command);
      return ended.exit() == 0
          ? Optional.empty()
          : Optional.of(ended.output().lines().reduce((before, last) -> last).orElse("no output"));
    } catch (IOException e) {
      return Optional.of(e.getMessage());
    }
  }

  private record Ended(int exit, String output) {}

  /** By way of a file: what a command started and left behind may hold a pipe open. */
  private static Ended end(Duration patience, Map<String, String> environment, String... command)
      throws IOException {
    Path output = Files.createTempFile("revoker-cli", ".log");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      process.getOutputStream().close();
      boolean ended = ended(process, patience);
      String text = new String(Files.readAllBytes(output), StandardCharsets.UTF_8).strip();
      return ended
          ? new Ended(process.exitValue(), text)
          : new Ended(NEVER, (text + "\nno end after " + patience.toSeconds() + " s").strip());
    } finally {
      Files.delete(output);
    }
  }

  /** Whether it ended by itself in time; if not, it is killed with all that it started. */
  private static boolean ended(Process process, Duration patience) {
    try {
      boolean ended = process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
      if (!ended) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
      return ended;
    } catch (InterruptedException e) {
      process.destroyForcibly();
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
