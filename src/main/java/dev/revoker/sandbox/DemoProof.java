package dev.revoker.sandbox;

import dev.revoker.api.Api;
import dev.revoker.api.ApiAnswer;
import dev.revoker.api.ApiCall;
import dev.revoker.model.Credentials;
import dev.revoker.model.Secret;
import dev.revoker.sandbox.DemoBatch.Sent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/** Holds the results against what was sent, and the keys against the API. */
final class DemoProof {
  private final Map<String, Sent> sent;
  private final Map<String, List<ResultLog.Entry>> results;
  private final List<String> broken = new ArrayList<>();

  DemoProof(Map<String, Sent> sent, Map<String, List<ResultLog.Entry>> results) {
    this.sent = sent;
    this.results = results;
  }

  /** What does not hold, a line each; empty if all does. */
  List<String> broken() {
    return broken;
  }

  /** Exactly one result for each request record, and none besides. */
  void oneResultEach() {
    sent.keySet().stream()
        .filter(source -> !results.containsKey(source))
        .forEach(source -> broken.add("no result for " + source));
    results.forEach(
        (source, entries) -> {
          if (entries.size() != 1) {
            broken.add(entries.size() + " results for " + source);
          }
          if (!sent.containsKey(source)) {
            broken.add("a result for " + source + ", which was never sent");
          }
        });
  }

  /** Each outcome is one that is true for its request. */
  void truthful() {
    sent.forEach(
        (source, request) ->
            results
                .getOrDefault(source, List.of())
                .forEach(
                    result -> {
                      if (!request.mayBe().contains(result.outcome())) {
                        broken.add(source + " is " + result.outcome() + ", not " + request.mayBe());
                      }
                    }));
  }

  /**
   * Every key logs in no more: asked of the API itself, as its owner would.
   *
   * @return how many keys were tried
   */
  int keysAreDead(Api api, String account) {
    Collection<Secret> keys =
        sent.values().stream().map(Sent::key).filter(Objects::nonNull).distinct().toList();
    for (Secret key : keys) {
      if (!(login(api, account, key) instanceof ApiAnswer.Refused)) {
        broken.add("a key that was to be removed still logs in");
      }
    }
    return keys.size();
  }

  /** A control, so that the proof can fail: a key that nobody asked to remove does log in. */
  void aLiveKeyLogsIn(Api api, String account, Secret live) {
    if (!(login(api, account, live) instanceof ApiAnswer.Session)) {
      broken.add("the control key, which nobody asked to remove, does not log in");
    }
  }

  /** Neither lane was starved: both were answered, and the urgent ones waited for less. */
  void noLaneStarved() {
    Duration urgent = medianWait("urgent");
    Duration standard = medianWait("standard");
    if (urgent.compareTo(standard) >= 0) {
      broken.add("urgent requests waited " + urgent + ", standard ones " + standard);
    }
  }

  /** Half of the lane's requests were answered within this, from received to visible. */
  Duration medianWait(String lane) {
    List<Duration> waits =
        results.values().stream()
            .flatMap(List::stream)
            .filter(result -> result.lane().equals(lane))
            .map(DemoProof::waited)
            .sorted()
            .toList();
    if (waits.isEmpty()) {
      broken.add("no result of the lane " + lane);
      return Duration.ZERO;
    }
    return waits.get(waits.size() / 2);
  }

  private static Duration waited(ResultLog.Entry result) {
    return Duration.between(
        Instant.parse(result.value().get("received_at").asString()),
        Instant.parse(result.value().get("completed_at").asString()));
  }

  private static ApiAnswer login(Api api, String account, Secret key) {
    CompletableFuture<ApiAnswer> answer = new CompletableFuture<>();
    api.call(new ApiCall.Login(new Credentials.SecureKey(account, key)), answer::complete);
    return answer.join();
  }
}
