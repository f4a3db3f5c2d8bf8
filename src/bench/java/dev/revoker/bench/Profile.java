package dev.revoker.bench;

import dev.revoker.sandbox.Faults.Latency;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A drain with a flight recording that samples CPU time (JDK 25, Linux): where the worker's time
 * goes. Its CPU figure is a little higher than without the recording.
 */
record Profile(String id, String title, int warmUp, int count) implements Scenario {
  private static final int CONCURRENCY = 64;
  private static final long JCMD_SECONDS = 60;

  @Override
  public List<Implementation> implementations() {
    return Scenarios.OURS;
  }

  @Override
  public Measured measure(TestBed testBed, Implementation implementation) throws Exception {
    try (Run run = new Run(testBed, implementation, false, CONCURRENCY, warmUp + count)) {
      run.start(1, warmUp);
      run.behave(Latency.NONE, 0);
      Path recording = run.parameters().folder().resolve("drain.jfr").toAbsolutePath();
      jcmd(run, "JFR.start", "name=bench", "jdk.CPUTimeSample#enabled=true");
      Map<String, Double> before = run.process().cpuSecondsByThread();
      double cpuBefore = run.cpuSeconds();
      run.sendAll(run.parameters().requests(), count);
      if (!run.await()) {
        return Measured.voided(run.faults());
      }
      double cpuSeconds = run.cpuSeconds() - cpuBefore;
      Map<String, Double> threads = new TreeMap<>(run.process().cpuSecondsByThread());
      before.forEach((name, seconds) -> threads.merge(name, -seconds, Double::sum));
      jcmd(run, "JFR.dump", "name=bench", "filename=" + recording);
      return new Measured(
          Map.of(Figure.CPU_US, cpuSeconds * 1e6 / count),
          run.faults(),
          byPart(recording, threads) + "\n" + byThread(threads));
    }
  }

  private static void jcmd(Run run, String... arguments) throws IOException, InterruptedException {
    List<String> command = new java.util.ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
    command.add(Long.toString(run.process().pid()));
    command.addAll(List.of(arguments));
    try (Child jcmd =
        Child.start(command, Map.of(), run.parameters().folder().resolve("jcmd.log"))) {
      jcmd.awaitExit(JCMD_SECONDS);
    }
  }

  private String byPart(Path recording, Map<String, Double> threads) throws IOException {
    Map<Part, Integer> samples = Part.samples(recording);
    double all = samples.values().stream().mapToInt(Integer::intValue).sum();
    double javaSeconds =
        threads.entrySet().stream()
            .filter(thread -> !ofTheVm(thread.getKey()))
            .mapToDouble(Map.Entry::getValue)
            .sum();
    StringBuilder text = new StringBuilder("| what | CPU, µs a revocation |\n|---|--:|\n");
    samples.entrySet().stream()
        .sorted(Map.Entry.<Part, Integer>comparingByValue().reversed())
        .forEach(part -> row(text, part.getKey().title(), part.getValue() / all * javaSeconds));
    return text.toString();
  }

  private String byThread(Map<String, Double> threads) {
    StringBuilder text = new StringBuilder("| thread | CPU, µs a revocation |\n|---|--:|\n");
    threads.entrySet().stream()
        .filter(thread -> thread.getValue() * 1e6 / count >= 0.5)
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .forEach(thread -> row(text, thread.getKey(), thread.getValue()));
    return text.toString();
  }

  private void row(StringBuilder text, String what, double seconds) {
    text.append(String.format(Locale.ROOT, "| %s | %.1f |%n", what, seconds * 1e6 / count));
  }

  /**
   * The samples are of Java threads; compiler and collector threads are recognised by their names.
   */
  private static boolean ofTheVm(String thread) {
    return thread.startsWith("C1 ")
        || thread.startsWith("C2 ")
        || thread.startsWith("VM ")
        || thread.startsWith("JFR ")
        || thread.startsWith("GC ");
  }
}
