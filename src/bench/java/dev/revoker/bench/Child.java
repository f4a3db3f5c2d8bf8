package dev.revoker.bench;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A child process, measured by the operating system's accounting (Linux). */
final class Child implements AutoCloseable {
  private static final double TICKS_PER_SECOND = 100;
  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
  }

  private final Process process;
  private final Path log;

  private Child(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** Starts it; what it prints is appended to the log. It ends with this JVM at the latest. */
  static Child start(List<String> command, Map<String, String> environment, Path log) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(Redirect.appendTo(log.toFile()));
    builder.environment().keySet().removeIf(name -> name.startsWith("REVOKER_"));
    builder.environment().putAll(environment);
    try {
      Process process = builder.start();
      RUNNING.add(process);
      return new Child(process, log);
    } catch (IOException e) {
      throw new UncheckedIOException("not started: " + command.getFirst(), e);
    }
  }

  /** The command of a JVM like the harness's own. */
  static List<String> java(String classPath, String mainClass, String heap) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-Xmx" + heap,
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        classPath,
        mainClass);
  }

  long pid() {
    return process.pid();
  }

  boolean alive() {
    return process.isAlive();
  }

  /** User and system time so far; seconds, in steps of 10 ms. */
  double cpuSeconds() {
    return ticks(proc("stat")) / TICKS_PER_SECOND;
  }

  /** The same of another process. */
  static double cpuSeconds(long pid) {
    try {
      return ticks(Files.readString(Path.of("/proc/" + pid + "/stat"))) / TICKS_PER_SECOND;
    } catch (IOException e) {
      throw new UncheckedIOException("process " + pid + " ended while it was measured", e);
    }
  }

  /** The same for each of its threads, summed by the first 15 letters of their names. */
  Map<String, Double> cpuSecondsByThread() {
    Map<String, Double> all = new TreeMap<>();
    for (String task : new File("/proc/" + process.pid() + "/task").list()) {
      String stat;
      try {
        stat = proc("task/" + task + "/stat");
      } catch (UncheckedIOException ended) {
        continue;
      }
      String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
      all.merge(name, ticks(stat) / TICKS_PER_SECOND, Double::sum);
    }
    return all;
  }

  /** The peak of its resident memory; MB. */
  double peakRssMb() {
    return proc("status")
            .lines()
            .filter(line -> line.startsWith("VmHWM:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
            .sum()
        / 1024.0;
  }

  /** Waits for its end. */
  void awaitExit(long seconds) throws InterruptedException {
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      throw new IllegalStateException("still running, see " + log);
    }
  }

  /** Its output. */
  String printed() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** SIGTERM, and SIGKILL if the process does not end. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    RUNNING.remove(process);
  }

  private static long ticks(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  private String proc(String file) {
    try {
      return Files.readString(Path.of("/proc/" + process.pid() + "/" + file));
    } catch (IOException e) {
      throw new UncheckedIOException("a process ended while it was measured, see " + log, e);
    }
  }
}
