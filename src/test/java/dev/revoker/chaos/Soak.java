package dev.revoker.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.revoker.sandbox.Broker;
import dev.revoker.sandbox.Faults;
import dev.revoker.sandbox.Faults.Fault;
import dev.revoker.sandbox.Faults.Latency;
import dev.revoker.sandbox.Faults.Outage;
import dev.revoker.sandbox.SandboxApi;
import dev.revoker.sandbox.Submitter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * {@code mvn -Pchaos verify -Dchaos.soak=PT30M}: one worker at full rate while the API goes through
 * all its faults; its memory, threads, files and sockets must not grow. {@code -Dchaos.rate} is the
 * largest number of requests a second.
 */
@EnabledIfSystemProperty(named = "chaos.soak", matches = ".+")
class Soak {
  private static final Duration EVERY = Duration.ofSeconds(15);
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private static final Faults WELL = Faults.NONE.with(new Latency(20, 200));
  private static final List<Faults> FAULTS =
      List.of(
          WELL,
          WELL.with(Fault.CLOSE_BEFORE_EFFECT, 0.025).with(Fault.CLOSE_AFTER_EFFECT, 0.025),
          WELL.with(Fault.THROTTLE, 0.05).withRetryAfter(1),
          WELL.with(Fault.ERROR, 0.1).with(Fault.HALF_ANSWER, 0.02),
          WELL.with(Fault.RESET, 0.05).with(Fault.NO_ANSWER, 0.01),
          Faults.NONE.with(new Latency(300, 4000)));
  private static final List<Outage> OUTAGES =
      List.of(Outage.UNAVAILABLE, Outage.RESET, Outage.HANG, Outage.REFUSE);

  private final ResultTally tally = new ResultTally();
  private final KnownSecrets secrets = new KnownSecrets();
  private final AtomicLong leaks = new AtomicLong();

  @Test
  void whatTheWorkerHoldsDoesNotGrow() throws Exception {
    Duration length = Duration.parse(System.getProperty("chaos.soak"));
    String name = "s" + UUID.randomUUID().toString().substring(0, 8);
    Map<String, String> bounded =
        Map.of("retention.bytes", "67108864", "segment.bytes", "16777216");
    List<Vitals> vitals = new ArrayList<>();
    try (Stage stage =
            new Stage(
                name, Broker.Options.with(Stage.PATIENT), Map.of("max.in.flight", "64"), bounded);
        Submitter submitter = new Submitter(stage.broker().bootstrapServers());
        NormalLoad load =
            new NormalLoad(
                submitter,
                stage.stack().api(),
                name,
                secrets,
                1,
                asked -> tally.asked(asked.source()));
        ResultObserver answers =
            new ResultObserver(
                stage.broker().bootstrapServers(),
                stage.results(),
                (answer, text) -> {
                  tally.answered(answer);
                  leaks.addAndGet(secrets.indexIn(text) < 0 ? 0 : 1);
                })) {
      secrets.add(stage.stack().password());
      Stage.Slot worker = stage.startWorker();
      await().atMost(PATIENCE).until(() -> stage.ready(worker));
      load.start(
          new NormalLoad.Rate(4000, Integer.getInteger("chaos.rate", 1000) / 11, 100),
          tally::unanswered);
      observe(length, stage, worker, vitals);
      well(stage.stack().api());
      load.stop();
      await().atMost(PATIENCE).until(() -> tally.unanswered() <= 0);
      answers.assertReading();
      tell(vitals);
      assertThat(worker.process.alive()).isTrue();
      assertThat(secrets.lineIn(worker.process.log())).as("a secret in the log's line").isNull();
    }
    assertThat(tally.exactlyOneEach()).as(tally.toString()).isTrue();
    assertThat(leaks).as("results with a secret").hasValue(0);
    assertFlat(vitals);
  }

  private void observe(Duration length, Stage stage, Stage.Slot worker, List<Vitals> vitals)
      throws Exception {
    Instant began = Instant.now();
    for (int round = 0; Duration.between(began, Instant.now()).compareTo(length) < 0; round++) {
      faults(stage.stack().api(), round);
      await().pollDelay(EVERY).atMost(EVERY.plusSeconds(30)).until(() -> true);
      Vitals now = Vitals.of(worker.process.pid(), Duration.between(began, Instant.now()));
      vitals.add(now);
      System.out.println(now + "  " + tally);
    }
  }

  /** Each fault in turn, and an outage after each round. */
  private static void faults(SandboxApi api, int round) {
    well(api);
    int rounds = FAULTS.size() + 1;
    if (round % rounds == FAULTS.size()) {
      api.outage(OUTAGES.get(round / rounds % OUTAGES.size()));
    } else {
      api.faults(FAULTS.get(round % rounds));
    }
    if (round % 10 == 9) {
      api.expireTokens(null);
    }
  }

  private static void well(SandboxApi api) {
    api.outage(Outage.NONE);
    api.faults(WELL);
  }

  private void tell(List<Vitals> vitals) {
    System.out.println("soak: " + tally);
    for (int third = 0; third < 3; third++) {
      System.out.printf(
          "soak, third %d, medians: heap after GC %d KiB, RSS %d KiB, threads %d, files %d,"
              + " sockets %d%n",
          third + 1,
          Vitals.median(vitals, third, Vitals::heapKiB),
          Vitals.median(vitals, third, Vitals::rssKiB),
          Vitals.median(vitals, third, Vitals::threads),
          Vitals.median(vitals, third, Vitals::files),
          Vitals.median(vitals, third, Vitals::sockets));
    }
  }

  private static void assertFlat(List<Vitals> vitals) {
    assertThat(Vitals.median(vitals, 2, Vitals::heapKiB))
        .as("heap after GC, KiB")
        .isLessThanOrEqualTo(Vitals.median(vitals, 1, Vitals::heapKiB) * 11 / 10);
    assertThat(Vitals.median(vitals, 2, Vitals::threads))
        .as("threads")
        .isLessThanOrEqualTo(Vitals.median(vitals, 1, Vitals::threads) + 4);
    assertThat(Vitals.median(vitals, 2, Vitals::files))
        .as("file descriptors")
        .isLessThanOrEqualTo(Vitals.median(vitals, 1, Vitals::files) + 16);
  }
}
