package dev.revoker.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A JVM as a child process, which can be killed, frozen and started again. Ctrl-C in the terminal
 * does not reach it, only the parent. Not thread-safe.
 */
abstract sealed class ChildJvm permits BrokerNode, WorkerProcess {
  private static final Duration LONGEST_STOP = Duration.ofSeconds(60);

  private final String name;
  private final Path console;
  private @Nullable Process process;

  /**
   * @param console the file to which its output is appended
   */
  ChildJvm(String name, Path console) {
    this.name = name;
    this.console = console;
  }

  /** The process id of the current or last JVM. */
  public long pid() {
    return started().pid();
  }

  /** Whether it runs, frozen or not. */
  public boolean alive() {
    return process != null && process.isAlive();
  }

  /** Sends SIGKILL and waits for the end. */
  public void kill() {
    if (process != null) {
      // Process.destroyForcibly would also close the child's standard input.
      process.toHandle().destroyForcibly();
      process.onExit().join();
    }
  }

  /**
   * Sends SIGTERM, waits for the end, and returns the exit code.
   *
   * @throws IllegalStateException if it still runs after a minute
   */
  public int stop() {
    requestStop();
    if (!endsWithin(LONGEST_STOP)) {
      throw new IllegalStateException(
          name + " did not end within " + LONGEST_STOP + ". Its output ends with:\n" + lastLines());
    }
    return started().exitValue();
  }

  /** Waits until it ends, for any reason. */
  public void awaitExit() throws InterruptedException {
    started().waitFor();
  }

  /** SIGSTOP: connections stay open, and nothing is answered. */
  public void freeze() {
    signal("STOP");
  }

  /** SIGCONT: it continues after {@link #freeze}. */
  public void thaw() {
    signal("CONT");
  }

  /** The end of its output. */
  public String lastLines() {
    return lastLines(console);
  }

  static String lastLines(Path file) {
    try {
      List<String> lines = Files.readAllLines(file);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    } catch (IOException e) {
      return file + " cannot be read: " + e.getMessage();
    }
  }

  /** Sends SIGTERM, if it runs. */
  void requestStop() {
    if (process != null) {
      process.toHandle().destroy();
    }
  }

  /** Waits for the end; false if it still runs after this time. */
  boolean endsWithin(Duration timeout) {
    Process running = started();
    running.onExit().completeOnTimeout(running, timeout.toMillis(), TimeUnit.MILLISECONDS).join();
    return !running.isAlive();
  }

  /** The current or last JVM. */
  Process started() {
    if (process == null) {
      throw new IllegalStateException(name + " was never started");
    }
    return process;
  }

  /** Starts a JVM and does not wait until it is ready. */
  void launch(List<String> javaArguments, Map<String, String> environment) {
    if (alive()) {
      throw new IllegalStateException(name + " is already running");
    }
    // The JVM keeps ignoring the signals that the shell ignores.
    List<String> command =
        new ArrayList<>(List.of("/bin/sh", "-c", "trap '' INT HUP; exec \"$@\"", name));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(javaArguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(Redirect.appendTo(console.toFile()));
    // The child must not inherit the parent's configuration.
    builder.environment().keySet().removeIf(variable -> variable.startsWith("REVOKER_"));
    builder.environment().putAll(environment);
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(name + " could not be started", e);
    }
  }

  /** Through the shell, because Java has no method for it. */
  private void signal(String signal) {
    try {
      Process kill =
          new ProcessBuilder("/bin/sh", "-c", "kill -" + signal + " " + pid())
              .redirectErrorStream(true)
              .redirectOutput(Redirect.DISCARD)
              .start();
      if (kill.onExit().join().exitValue() != 0) {
        throw new IllegalStateException(
            "SIG" + signal + " could not be sent to " + name + "; is it running?");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("no shell to send SIG" + signal, e);
    }
  }
}
