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
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/** Compares the results with the requests, and tries every key at the API. */
final class DemoProof {
  private final Map<String, Sent> sent;
  private final Map<String, List<ResultLog.Entry>> results;
  private final List<String> broken = new ArrayList<>();

  DemoProof(Map<String, Sent> sent, Map<String, List<ResultLog.Entry>> results) {
    this.sent = sent;
    this.results = results;
  }

  /** The checks that failed, a line each. */
  List<String> broken() {
    return broken;
  }

  /** Each request has exactly one result, and there are no other results. */
  void oneResultEach() {
    sent.keySet().stream()
        .filter(source -> !results.containsKey(source))
        .forEach(source -> broken.add("No result for " + source));
    results.forEach(
        (source, entries) -> {
          if (entries.size() != 1) {
            broken.add(entries.size() + " results for " + source);
          }
          if (!sent.containsKey(source)) {
            broken.add("A result for " + source + ", to which no request was sent");
          }
        });
  }

  /** Each outcome is correct for its request. */
  void truthful() {
    sent.forEach(
        (source, request) ->
            results
                .getOrDefault(source, List.of())
                .forEach(
                    result -> {
                      if (!request.outcomes().contains(result.outcome())) {
                        broken.add(
                            String.format(
                                Locale.ROOT,
                                "The outcome of %s is %s, not one of %s",
                                source,
                                result.outcome(),
                                request.outcomes()));
                      }
                    }));
  }

  /**
   * The API refuses a login with each revoked key.
   *
   * @return the number of keys
   */
  int keysAreDead(Api api, String account) {
    Collection<Secret> keys =
        sent.values().stream().map(Sent::key).filter(Objects::nonNull).distinct().toList();
    for (Secret key : keys) {
      if (!(login(api, account, key) instanceof ApiAnswer.Refused)) {
        broken.add("The API accepts a login with a key that should be revoked");
      }
    }
    return keys.size();
  }

  /** A control, so that the other check can fail: the API accepts a login with a live key. */
  void aLiveKeyLogsIn(Api api, String account, Secret live) {
    if (!(login(api, account, live) instanceof ApiAnswer.Session)) {
      broken.add("The API refuses a login with the control key, which nobody asked to revoke");
    }
  }

  /** Both lanes got results, and urgent requests waited for a shorter time. */
  void noLaneStarved() {
    Duration urgent = medianWait("urgent");
    Duration standard = medianWait("standard");
    if (urgent.compareTo(standard) >= 0) {
      broken.add(
          String.format(
              Locale.ROOT, "Urgent requests waited %s, standard requests %s", urgent, standard));
    }
  }

  /**
   * The median time from sending to {@code completed_at} of a lane. Not from {@code received_at}: a
   * worker reads what it has room for, so a request that waits in its topic is received late.
   */
  Duration medianWait(String lane) {
    List<Duration> waits = new ArrayList<>();
    results.forEach(
        (source, entries) -> {
          Sent request = sent.get(source);
          if (request != null) {
            entries.stream()
                .filter(result -> result.lane().equals(lane))
                .forEach(result -> waits.add(waited(request, result)));
          }
        });
    Collections.sort(waits);
    if (waits.isEmpty()) {
      broken.add("No result of the lane " + lane);
      return Duration.ZERO;
    }
    return waits.get(waits.size() / 2);
  }

  private static Duration waited(Sent request, ResultLog.Entry result) {
    return Duration.between(
        request.sentAt(), Instant.parse(result.value().get("completed_at").asString()));
  }

  private static ApiAnswer login(Api api, String account, Secret key) {
    CompletableFuture<ApiAnswer> answer = new CompletableFuture<>();
    api.call(new ApiCall.Login(new Credentials.SecureKey(account, key)), answer::complete);
    return answer.join();
  }
}
