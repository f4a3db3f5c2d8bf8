package dev.revoker.ops;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Outcome;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a scrape shows is what the contract names. */
class MetersTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:10Z");

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Meters meters =
      new Meters(registry, List.of("urgent", "standard"), List.of("acme", "globex"));

  @Test
  void theScrapeHasTheContractsMetersWithTheirTypes() {
    meters.apiCalled("removed", 1_000_000);
    Map<String, String> types = new TreeMap<>();
    registry
        .scrape()
        .lines()
        .filter(line -> line.startsWith("# TYPE "))
        .map(line -> line.split(" "))
        .filter(words -> !words[2].endsWith("_max"))
        .forEach(words -> types.put(words[2], words[3]));
    assertThat(types)
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                entry("revoker_requests_total", "counter"),
                entry("revoker_request_seconds", "histogram"),
                entry("revoker_request_age_seconds", "histogram"),
                entry("revoker_api_call_seconds", "histogram"),
                entry("revoker_in_flight", "gauge"),
                entry("revoker_waiting", "gauge"),
                entry("revoker_oldest_request_age_seconds", "gauge"),
                entry("revoker_build_info", "gauge"),
                entry("revoker_intake_paused", "gauge"),
                entry("revoker_remembered_keys", "gauge"),
                entry("revoker_memory_lookups_total", "counter"),
                entry("revoker_protected_key_requests_total", "counter"),
                entry("revoker_session_logins_total", "counter"),
                entry("revoker_commit_seconds", "histogram")));
  }

  @Test
  void everythingThatCanBeKnownExistsAtZeroFromTheStart() {
    for (String lane : List.of("urgent", "standard")) {
      for (Outcome outcome : Outcome.values()) {
        assertThat(value("revoker_requests_total", "lane", lane, "outcome", outcome.wireName()))
            .isZero();
      }
      assertThat(value("revoker_request_seconds_count", "lane", lane)).isZero();
      assertThat(value("revoker_request_age_seconds_count", "lane", lane)).isZero();
      assertThat(value("revoker_in_flight", "lane", lane)).isZero();
      assertThat(value("revoker_waiting", "lane", lane)).isZero();
      assertThat(value("revoker_protected_key_requests_total", "lane", lane)).isZero();
      assertThat(value("revoker_oldest_request_age_seconds", "lane", lane)).isZero();
    }
    for (String account : List.of("acme", "globex")) {
      for (String result : List.of("success", "refused", "failed")) {
        assertThat(value("revoker_session_logins_total", "account", account, "result", result))
            .isZero();
      }
    }
    for (String result : List.of("found", "unknown", "failed")) {
      assertThat(value("revoker_memory_lookups_total", "result", result)).isZero();
    }
    assertThat(value("revoker_remembered_keys")).isZero();
    assertThat(value("revoker_build_info", "version", "unknown")).isOne();
    assertThat(value("revoker_intake_paused")).isZero();
    assertThat(value("revoker_commit_seconds_count")).isZero();
  }

  @Test
  void aRequestForAProtectedKeyIsCountedInItsLane() {
    meters.protectedKeyRequested("urgent");
    assertThat(value("revoker_protected_key_requests_total", "lane", "urgent")).isOne();
    assertThat(value("revoker_protected_key_requests_total", "lane", "standard")).isZero();
  }

  @Test
  void anAnswerIsCountedAndTimedInItsLane() {
    meters.answered(
        Results.of("urgent", Outcome.REVOKED, NOW.minusMillis(40), NOW.minusSeconds(200)), NOW);

    assertThat(value("revoker_requests_total", "lane", "urgent", "outcome", "revoked")).isOne();
    assertThat(value("revoker_requests_total", "lane", "standard", "outcome", "revoked")).isZero();
    assertThat(value("revoker_request_seconds_sum", "lane", "urgent")).isEqualTo(0.04);
    assertThat(value("revoker_request_seconds_bucket", "lane", "urgent", "le", "0.025")).isZero();
    assertThat(value("revoker_request_seconds_bucket", "lane", "urgent", "le", "0.05")).isOne();
    assertThat(value("revoker_request_age_seconds_sum", "lane", "urgent")).isEqualTo(200);
    assertThat(value("revoker_request_age_seconds_bucket", "lane", "urgent", "le", "60.0"))
        .isZero();
    assertThat(value("revoker_request_age_seconds_bucket", "lane", "urgent", "le", "300.0"))
        .isOne();
  }

  @Test
  void aSenderWhoseClockIsAheadIsCountedAtAgeZero() {
    meters.answered(Results.of("urgent", Outcome.REVOKED, NOW, NOW.plusSeconds(60)), NOW);

    assertThat(value("revoker_request_age_seconds_count", "lane", "urgent")).isOne();
    assertThat(value("revoker_request_age_seconds_sum", "lane", "urgent")).isZero();
  }

  @Test
  void callsLoginsAndCommitsAreRecorded() {
    meters.apiCalled("removed", 20_000_000);
    meters.loggedIn("globex", Meters.LOGIN_REFUSED);
    meters.committed(7_000_000);

    assertThat(value("revoker_api_call_seconds_sum", "result", "removed")).isEqualTo(0.02);
    assertThat(value("revoker_session_logins_total", "account", "globex", "result", "refused"))
        .isOne();
    assertThat(value("revoker_commit_seconds_sum")).isEqualTo(0.007);
  }

  @Test
  void aSlipInALabelDoesNotBecomeAMillionSeries() {
    IntStream.range(0, 1_000).forEach(i -> meters.apiCalled("result-" + i, 1));

    long series =
        registry
            .scrape()
            .lines()
            .filter(line -> line.startsWith("revoker_api_call_seconds_count"))
            .count();
    assertThat(series).isEqualTo(Meters.ByTag.UNEXPECTED + 1);
    assertThat(value("revoker_api_call_seconds_count", "result", Meters.ByTag.OTHER))
        .isEqualTo(1_000 - Meters.ByTag.UNEXPECTED);
  }

  @Test
  void gaugesAreReadAtScrapeAndTheLastOnesCount() {
    meters.watch(new Fixed(1, 2, 3.5, false));
    meters.watch(new Fixed(4, 5, 6.5, true));

    assertThat(value("revoker_in_flight", "lane", "urgent")).isEqualTo(4);
    assertThat(value("revoker_waiting", "lane", "standard")).isEqualTo(5);
    assertThat(value("revoker_oldest_request_age_seconds", "lane", "urgent")).isEqualTo(6.5);
    assertThat(value("revoker_intake_paused")).isOne();
    assertThat(value("revoker_remembered_keys")).isEqualTo(7);
    meters.lookedUp("found");
    assertThat(value("revoker_memory_lookups_total", "result", "found")).isOne();
  }

  @Test
  void aGaugeThatThrowsBreaksNoScrape() {
    meters.watch(
        new Fixed(4, 5, 6.5, true) {
          @Override
          public int waiting(String lane) {
            throw new IllegalStateException("broken");
          }
        });

    assertThat(value("revoker_waiting", "lane", "urgent")).isNaN();
    assertThat(value("revoker_in_flight", "lane", "urgent")).isEqualTo(4);
  }

  @Test
  void scrapesAndRecordsMeetWithoutLoss() throws Exception {
    int threads = 4;
    int each = 5_000;
    try (ExecutorService pool = Executors.newFixedThreadPool(threads + 1)) {
      Callable<Void> record =
          () -> {
            for (int i = 0; i < each; i++) {
              meters.answered(Results.of("standard", Outcome.REFUSED, NOW, NOW), NOW);
              meters.apiCalled("call-" + i % 3, i);
            }
            return null;
          };
      List<Future<Void>> records =
          IntStream.range(0, threads).mapToObj(i -> pool.submit(record)).toList();
      while (!records.stream().allMatch(Future::isDone)) {
        assertThat(registry.scrape()).contains("revoker_requests_total");
      }
      for (Future<Void> done : records) {
        done.get();
      }
    }
    assertThat(value("revoker_requests_total", "lane", "standard", "outcome", "refused"))
        .isEqualTo(threads * each);
    assertThat(value("revoker_request_seconds_count", "lane", "standard"))
        .isEqualTo(threads * each);
  }

  @Test
  void aScrapeStaysSmall() {
    new LibraryMeters(registry).close();
    for (String result : List.of("removed", "refused", "throttled", "failed", "no_answer")) {
      meters.apiCalled(result, 1_000);
    }
    assertThat(registry.scrape().length()).isLessThan(40_000);
  }

  private double value(String name, String... labels) {
    StringBuilder series = new StringBuilder(name);
    for (int i = 0; i < labels.length; i += 2) {
      series.append(i == 0 ? "{" : ",").append(labels[i]).append("=\"").append(labels[i + 1]);
      series.append('"').append(i + 2 == labels.length ? "}" : "");
    }
    String scrape = registry.scrape();
    List<String> found = scrape.lines().filter(line -> line.startsWith(series + " ")).toList();
    assertThat(found).as(series + " in\n" + scrape).hasSize(1);
    return Double.parseDouble(found.getFirst().substring(series.length() + 1));
  }

  /** The same for every lane. */
  private static class Fixed implements Meters.Gauges {
    private final int inFlight;
    private final int waiting;
    private final double age;
    private final boolean paused;

    Fixed(int inFlight, int waiting, double age, boolean paused) {
      this.inFlight = inFlight;
      this.waiting = waiting;
      this.age = age;
      this.paused = paused;
    }

    @Override
    public int inFlight(String lane) {
      return inFlight;
    }

    @Override
    public int waiting(String lane) {
      return waiting;
    }

    @Override
    public double oldestRequestAgeSeconds(String lane) {
      return age;
    }

    @Override
    public int rememberedKeys() {
      return 7;
    }

    @Override
    public boolean intakePaused() {
      return paused;
    }
  }
}
