package dev.revoker.bench;

import dev.revoker.sandbox.Faults.Latency;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The CPU time that every worker needs: a loop that only calls the API, and one that only consumes
 * and produces. Each measures its own CPU time after its warm-up.
 */
record Floor(String id, String title, int concurrency, int warmUp, int count) implements Scenario {
  static final Peer CALLS = new Peer("floor-calls", "Only the calls", "FloorCalls", List.of());
  static final Peer MOVES =
      new Peer("floor-moves", "Only consume and produce", "FloorMoves", List.of());

  private static final Pattern REPORT = Pattern.compile("floor-us ([0-9.]+)");
  private static final long SECONDS_AT_MOST = 600;

  @Override
  public List<Implementation> implementations() {
    return List.of(CALLS, MOVES);
  }

  @Override
  public Measured measure(TestBed testBed, Implementation implementation) throws Exception {
    Peer peer = (Peer) implementation;
    int total = warmUp + count;
    RunParameters parameters = testBed.parameters(peer.id(), false, concurrency);
    List<String> keys = testBed.api().reset(total);
    testBed.api().behave(Latency.NONE, 0);
    if (peer.equals(MOVES)) {
      testBed.broker().createTopic(parameters.requests(), Run.PARTITIONS, Map.of());
      testBed.broker().createTopic(parameters.results(), Run.PARTITIONS, Map.of());
      try (Feed feed = new Feed(parameters.brokers(), parameters.name(), keys, peer::keyField)) {
        feed.sendAll(parameters.requests(), 0, total);
      }
    }
    Path list = Files.write(parameters.folder().resolve("keys"), keys);
    Map<String, String> more =
        Map.of(
            "BENCH_KEYS",
            list.toString(),
            "BENCH_WARM",
            Integer.toString(warmUp),
            "BENCH_TOTAL",
            Integer.toString(total));
    try (Child child = peer.start(parameters, more)) {
      child.awaitExit(SECONDS_AT_MOST);
      Files.delete(list);
      Matcher report = REPORT.matcher(child.printed());
      return report.find()
          ? new Measured(Map.of(Figure.CPU_US, Double.parseDouble(report.group(1))), List.of())
          : Measured.voided(List.of("no report: " + child.printed()));
    }
  }
}
