package dev.revoker.sandbox;

import dev.revoker.model.Secret;
import dev.revoker.model.Source;
import dev.revoker.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The requests that the demo sent, each with the outcomes that are correct for it. */
final class DemoRequests {
  private final Submitter submitter;
  private final Time time;
  private final Map<String, Sent> bySource = new HashMap<>();

  DemoRequests(Submitter submitter, Time time) {
    this.submitter = submitter;
    this.time = time;
  }

  /**
   * A request.
   *
   * @param value the record's value
   * @param key the key that must not log in afterwards, or null
   * @param outcomes the correct outcomes
   */
  record Planned(String value, @Nullable Secret key, Set<String> outcomes) {
    static Planned removal(Secret key, String... outcomes) {
      Map<String, String> fields = Map.of("reason", "demo", "requested_by", "bin/revoker demo");
      boolean removed = !Set.of(outcomes).contains("refused");
      return new Planned(Submitter.request(key, fields), removed ? key : null, Set.of(outcomes));
    }
  }

  private record Sent(Planned request, Instant at) {}

  void send(String topic, List<Planned> requests) {
    Instant now = time.now();
    List<Source> sources = submitter.send(topic, requests.stream().map(Planned::value).toList());
    for (int i = 0; i < requests.size(); i++) {
      bySource.put(sources.get(i).toString(), new Sent(requests.get(i), now));
    }
  }

  int count() {
    return bySource.size();
  }

  /** The keys that must not log in any more. */
  Set<Secret> keys() {
    return bySource.values().stream()
        .map(sent -> sent.request().key())
        .flatMap(Stream::ofNullable)
        .collect(Collectors.toSet());
  }

  /** Each request that has not exactly one result, or a wrong one; a line each. */
  List<String> wrongResults(ResultLog results) {
    List<String> wrong = new ArrayList<>();
    Map<String, List<ResultLog.Entry>> found = results.bySource();
    bySource.forEach(
        (source, sent) -> {
          List<String> outcomes =
              found.getOrDefault(source, List.of()).stream().map(ResultLog.Entry::outcome).toList();
          if (outcomes.size() != 1 || !sent.request().outcomes().containsAll(outcomes)) {
            wrong.add(
                source + " got " + outcomes + ", and not one of " + sent.request().outcomes());
          }
        });
    found.keySet().stream()
        .filter(source -> !bySource.containsKey(source))
        .forEach(source -> wrong.add("A result for " + source + ", which nobody sent"));
    return wrong;
  }

  /**
   * The median time from sending to {@code completed_at} in a lane; zero without results. Not from
   * {@code received_at}: a request that waits in its topic for a busy worker is received late.
   */
  Duration medianWait(ResultLog results, String lane) {
    List<Duration> waits = new ArrayList<>();
    Map<String, List<ResultLog.Entry>> found = results.bySource();
    bySource.forEach(
        (source, sent) ->
            found.getOrDefault(source, List.of()).stream()
                .filter(result -> result.lane().equals(lane))
                .map(result -> Instant.parse(result.value().get("completed_at").asString()))
                .forEach(completed -> waits.add(Duration.between(sent.at(), completed))));
    Collections.sort(waits);
    return waits.isEmpty() ? Duration.ZERO : waits.get(waits.size() / 2);
  }
}
