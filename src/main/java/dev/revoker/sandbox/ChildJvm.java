package dev.revoker.sandbox;

import java.io.File;
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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A JVM as a child process, which can be killed and started again. Ctrl-C in the terminal does not
 * reach it, only the parent. Not thread-safe.
 *
 * <p>Its class path has the jars of the distribution folder if {@code bin/revoker} or the build
 * named it, otherwise this JVM's own class path. In integration tests also an archive of class
 * data, with which a JVM starts in half the CPU time.
 */
abstract sealed class ChildJvm permits BrokerNode, WorkerProcess {
  private static final String HOME = "revoker.home";

  /** The folder of the archives, and whether the child shall write one at its end. */
  private static final String ARCHIVES = "revoker.child.archives";

  private static final String WRITE_ARCHIVES = "revoker.child.archives.write";

  /** More options of the JVM, separated by spaces. */
  private static final String OPTIONS = "revoker.child.options";

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

  /** Whether it runs. */
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

  /** Options of {@code java} for this class path. */
  static List<String> classes(String kind, List<String> path) {
    List<String> arguments =
        new ArrayList<>(List.of(System.getProperty(OPTIONS, "").split(" +", -1)));
    arguments.removeIf(String::isEmpty);
    String folder = System.getProperty(ARCHIVES);
    Path archive = folder == null ? null : Path.of(folder, kind + ".jsa");
    if (archive != null && Boolean.getBoolean(WRITE_ARCHIVES)) {
      arguments.add("-XX:ArchiveClassesAtExit=" + archive);
    } else if (archive != null && Files.exists(archive)) {
      // The JVM would print a warning if the archive does not fit, and run without it.
      arguments.addAll(List.of("-Xlog:disable", "-XX:SharedArchiveFile=" + archive));
    }
    arguments.addAll(List.of("-cp", String.join(File.pathSeparator, path)));
    return arguments;
  }

  static List<String> ownClassPath() {
    return List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1));
  }

  /** The jars of a folder of the distribution, always in the same order. */
  static List<String> jars(String folder) {
    String home = System.getProperty(HOME);
    if (home == null) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(Path.of(home, folder))) {
      return files.map(Path::toString).filter(file -> file.endsWith(".jar")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("the folder with the jars cannot be read", e);
    }
  }
}
