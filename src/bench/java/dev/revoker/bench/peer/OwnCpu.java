package dev.revoker.bench.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The CPU time of this process, by the operating system. */
final class OwnCpu {
  private OwnCpu() {}

  /** User and system time; seconds, in steps of 10 ms. */
  static double seconds() throws IOException {
    String stat = Files.readString(Path.of("/proc/self/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
  }

  /** Prints the figure for the harness. */
  static void report(double before, int count) throws IOException {
    System.out.printf("floor-us %.2f%n", (seconds() - before) * 1e6 / count);
  }
}
