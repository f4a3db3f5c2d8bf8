package dev.revoker.chaos;

import dev.revoker.chaos.Disturbance.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The disturbances of a run, the checks of each guarantee, and the violations. */
record ChaosReport(
    ChaosSchedule schedule,
    String replay,
    Duration took,
    int requests,
    int results,
    int secrets,
    Map<Kind, Long> done,
    Map<String, Long> calls,
    List<ChaosGuarantee> guarantees,
    List<String> trouble) {

  boolean kept() {
    return violations().isEmpty();
  }

  /** The violations, with the seed. */
  List<String> violations() {
    List<String> all = new ArrayList<>();
    guarantees.forEach(one -> one.violations().forEach(what -> all.add(replay + "\n" + what)));
    trouble.forEach(what -> all.add(replay + "\n" + what));
    return all;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("chaos: " + replay + "\n");
    text.append(
        "%d kills in %d s; %d requests, %d results, %d secrets; calls by answer %s%n"
            .formatted(
                schedule.kills(),
                took.toSeconds(),
                requests,
                results,
                secrets,
                new TreeMap<>(calls)));
    done.forEach((kind, times) -> text.append("  %-26s %9d%n".formatted(kind, times)));
    text.append("  %-26s %9s %s%n".formatted("guarantee", "asked", "violations"));
    for (ChaosGuarantee one : guarantees) {
      text.append("  %-26s %9d %d%n".formatted(one.name(), one.asked(), one.broken()));
    }
    violations().forEach(what -> text.append("VIOLATION ").append(what).append('\n'));
    return text.toString();
  }
}
