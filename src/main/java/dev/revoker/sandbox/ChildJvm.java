package dev.revoker.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A JVM of our own as a child process, which can be sent signals. Ctrl-C reaches the parent alone.
 */
final class ChildJvm {
  private final String name;
  private final Process process;

  private ChildJvm(String name, Process process) {
    this.name = name;
    this.process = process;
  }

  /** Starts it; what it prints is appended to the file. */
  static ChildJvm start(
      String name, List<String> javaArguments, Map<String, String> environment, Path console) {
    // Ignored signals stay ignored in the JVM.
    List<String> command =
        new ArrayList<>(List.of("/bin/sh", "-c", "trap '' INT HUP; exec \"$@\"", name));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(javaArguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(Redirect.appendTo(console.toFile()));
    // What the parent is configured by is not the child's.
    builder.environment().keySet().removeIf(variable -> variable.startsWith("REVOKER_"));
    builder.environment().putAll(environment);
    try {
      return new ChildJvm(name, builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(name + " could not be started", e);
    }
  }

  long pid() {
    return process.pid();
  }

  boolean alive() {
    return process.isAlive();
  }

  void awaitExit() throws InterruptedException {
    process.waitFor();
  }

  /** Ends it at once, as by kill -9, and waits until it is gone. */
  void kill() {
    // Not Process.destroyForcibly: it would close the child's standard input, too.
    process.toHandle().destroyForcibly();
    process.onExit().join();
  }

  /**
   * Asks it to end, as by SIGTERM, and waits.
   *
   * @return its exit code
   * @throws IllegalStateException if it goes on for longer
   */
  int terminate(Duration timeout) {
    process.toHandle().destroy();
    try {
      return process
          .onExit()
          .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
          .join()
          .exitValue();
    } catch (CompletionException e) {
      if (e.getCause() instanceof TimeoutException) {
        throw new IllegalStateException(name + " did not end within " + timeout, e);
      }
      throw e;
    }
  }

  /** SIGSTOP or SIGCONT, by the shell: Java has no call for it. */
  void signal(String signal) {
    try {
      Process kill =
          new ProcessBuilder("/bin/sh", "-c", "kill -" + signal + " " + pid())
              .redirectErrorStream(true)
              .redirectOutput(Redirect.DISCARD)
              .start();
      if (kill.onExit().join().exitValue() != 0) {
        throw new IllegalStateException(name + " took no SIG" + signal + ": does it run?");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("no shell to send SIG" + signal, e);
    }
  }
}
