package dev.revoker;

import dev.revoker.config.Config;
import dev.revoker.engine.ConsumerHealth;
import dev.revoker.engine.RequestLoop;
import dev.revoker.ops.Health;
import dev.revoker.resilience.Dispatcher;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The checks behind {@code /livez} and {@code /readyz}. They work before the worker's parts exist,
 * and then report "not started yet". Any thread.
 */
final class WorkerHealth {
  private final Config config;
  private volatile @Nullable RequestLoop loop;
  private volatile @Nullable ConsumerHealth consumer;
  private volatile @Nullable Dispatcher policy;

  WorkerHealth(Config config) {
    this.config = config;
  }

  void watch(RequestLoop started) {
    loop = started;
  }

  void watch(ConsumerHealth started) {
    consumer = started;
  }

  void watch(Dispatcher started) {
    policy = started;
  }

  Health checks() {
    Map<String, Health.Check> live = new LinkedHashMap<>();
    live.put("loop", this::loopTurns);
    Map<String, Health.Check> ready = new LinkedHashMap<>();
    ready.put("kafka", this::kafkaUp);
    ready.put("commits", this::commitsSucceed);
    ready.put("api", this::apiUp);
    return new Health(live, ready);
  }

  private Health.State loopTurns() {
    RequestLoop running = loop;
    long sinceMs = running == null ? -1 : running.sinceLastTurnMs();
    if (sinceMs < 0) {
      return new Health.State(true, "not started yet");
    }
    return new Health.State(
        sinceMs < RequestLoop.longestTurnMs(config), "last turn " + sinceMs + " ms ago");
  }

  private Health.State kafkaUp() {
    ConsumerHealth watched = consumer;
    if (watched == null) {
      return new Health.State(false, "waiting for the brokers at bootstrap.servers");
    }
    return new Health.State(watched.up(), watched.why());
  }

  private Health.State commitsSucceed() {
    RequestLoop running = loop;
    Optional<String> problem =
        running == null ? Optional.of("not started yet") : running.commitProblem();
    return new Health.State(problem.isEmpty(), problem.orElse("results are committed"));
  }

  private Health.State apiUp() {
    Dispatcher watched = policy;
    return watched == null ? apiUp(true, null) : apiUp(watched.apiUp(), watched.throttledUntil());
  }

  /** A 429 does not make the worker unready: the pause ends by itself, at a known time. */
  static Health.State apiUp(boolean breakerClosed, @Nullable Instant throttledUntil) {
    if (!breakerClosed) {
      return new Health.State(false, "the API is down: requests wait for a probe to succeed");
    }
    return new Health.State(
        true,
        throttledUntil == null
            ? "the breaker is closed"
            : "the API answered 429: every call is held back until "
                + throttledUntil.truncatedTo(ChronoUnit.MILLIS));
  }
}
