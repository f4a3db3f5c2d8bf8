package dev.revoker.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The resources of a process.
 *
 * @param at since the start of the run
 * @param heapKiB used after a full collection
 */
record Vitals(Duration at, long heapKiB, long rssKiB, long threads, long files, long sockets) {
  private static final Pattern USED = Pattern.compile("total (\\d+)K, used (\\d+)K");

  /** Reads the resources of a JVM on this machine, after a garbage collection. */
  static Vitals of(long pid, Duration at) throws IOException, InterruptedException {
    jcmd(pid, "GC.run");
    long heap = 0;
    Matcher used = USED.matcher(jcmd(pid, "GC.heap_info"));
    while (used.find()) {
      heap += Long.parseLong(used.group(2));
    }
    List<String> status = Files.readAllLines(Path.of("/proc/" + pid + "/status"));
    long files;
    long sockets = 0;
    try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      List<Path> all = open.toList();
      files = all.size();
      for (Path one : all) {
        sockets += isSocket(one) ? 1 : 0;
      }
    }
    return new Vitals(
        at, heap, number(status, "VmRSS:"), number(status, "Threads:"), files, sockets);
  }

  /** The median of a part of the samples: {@code third} 0, 1 or 2. */
  static long median(List<Vitals> all, int third, ToLongFunction<Vitals> what) {
    List<Vitals> part = all.subList(all.size() * third / 3, all.size() * (third + 1) / 3);
    return part.stream().mapToLong(what).sorted().skip(part.size() / 2).findFirst().orElseThrow();
  }

  private static boolean isSocket(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }

  private static long number(List<String> status, String name) {
    return status.stream()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  private static String jcmd(long pid, String command) throws IOException, InterruptedException {
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                "" + pid,
                command)
            .redirectErrorStream(true)
            .start();
    String said =
        new String(jcmd.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    if (jcmd.waitFor() != 0) {
      throw new IOException("jcmd: " + said);
    }
    return said;
  }

  @Override
  public String toString() {
    return "%5d s  heap after GC %6d KiB  RSS %7d KiB  threads %3d  files %4d  sockets %4d"
        .formatted(at.toSeconds(), heapKiB, rssKiB, threads, files, sockets);
  }
}
