package dev.revoker.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A JVM as a child process. Ctrl-C in the terminal does not reach it, only the parent. */
final class ChildJvm {
  private final String name;
  private final Process process;

  private ChildJvm(String name, Process process) {
    this.name = name;
    this.process = process;
  }

  /** Starts a JVM. Its output is appended to the file. */
  static ChildJvm start(
      String name, List<String> javaArguments, Map<String, String> environment, Path console) {
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

  /** Waits for the end of the process; false if it still runs after this time. */
  boolean exitedWithin(Duration timeout) {
    try {
      process.onExit().orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS).join();
      return true;
    } catch (CompletionException e) {
      if (e.getCause() instanceof TimeoutException) {
        return false;
      }
      throw e;
    }
  }

  /** Closes the pipe whose end tells the child that its parent has ended. */
  void closeInput() throws IOException {
    process.getOutputStream().close();
  }

  /** Sends SIGKILL and waits for the end. */
  void kill() {
    // Process.destroyForcibly would also close the child's standard input.
    process.toHandle().destroyForcibly();
    process.onExit().join();
  }

  /** Sends SIGTERM. */
  void requestStop() {
    process.toHandle().destroy();
  }

  /**
   * Sends SIGTERM and waits for the end.
   *
   * @return the exit code
   * @throws IllegalStateException if the process still runs after the timeout
   */
  int terminate(Duration timeout) {
    requestStop();
    if (!exitedWithin(timeout)) {
      throw new IllegalStateException(name + " did not end within " + timeout);
    }
    return process.exitValue();
  }

  /** Sends SIGSTOP or SIGCONT through the shell, because Java has no method for it. */
  void signal(String signal) {
    try {
      Process kill =
          new ProcessBuilder("/bin/sh", "-c", "kill -" + signal + " " + pid())
              .redirectErrorStream(true)
              .redirectOutput(Redirect.DISCARD)
              .start();
      if (kill.onExit().join().exitValue() != 0) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT, "SIG%s could not be sent to %s; is it running?", signal, name));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("no shell to send SIG" + signal, e);
    }
  }
}
