package dev.revoker.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** All runs and their aggregated figures. */
final class Journal {
  private final boolean quick;
  private final List<Entry> entries = new ArrayList<>();

  Journal(boolean quick) {
    this.quick = quick;
  }

  /** One run. */
  record Entry(Scenario scenario, Implementation implementation, int round, Measured measured) {}

  /** A figure over the rounds that count. */
  record Spread(double median, double low, double high) {
    static Optional<Spread> of(List<Double> values) {
      if (values.isEmpty()) {
        return Optional.empty();
      }
      List<Double> sorted = values.stream().sorted().toList();
      int half = sorted.size() / 2;
      double median =
          sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
      return Optional.of(new Spread(median, sorted.getFirst(), sorted.getLast()));
    }
  }

  boolean quick() {
    return quick;
  }

  List<Entry> entries() {
    return List.copyOf(entries);
  }

  /** Records a run and prints it. */
  void add(Scenario scenario, Implementation implementation, int round, Measured measured) {
    entries.add(new Entry(scenario, implementation, round, measured));
    String figures =
        measured.figures().entrySet().stream()
            .sorted(java.util.Map.Entry.comparingByKey())
            .map(e -> e.getKey().format(e.getValue()) + " " + e.getKey().title())
            .collect(Collectors.joining("; "));
    System.out.printf(
        "round %d %-16s %-18s %s%s%n",
        round + 1,
        scenario.id(),
        implementation.id(),
        measured.faults().isEmpty() ? "" : "VOID " + measured.faults() + " ",
        figures);
  }

  /** The scenarios that were run, in order. */
  List<Scenario> scenarios() {
    return entries.stream()
        .map(Entry::scenario)
        .collect(Collectors.toMap(Scenario::id, s -> s, (a, b) -> a, java.util.LinkedHashMap::new))
        .values()
        .stream()
        .toList();
  }

  /** The implementations of a scenario, in its order. */
  List<Implementation> implementations(Scenario scenario) {
    return scenario.implementations().stream()
        .filter(implementation -> !runs(scenario.id(), implementation.id()).isEmpty())
        .toList();
  }

  /** A figure over the rounds that count, if there is one. */
  Optional<Spread> spread(String scenario, String implementation, Figure figure) {
    return Spread.of(
        runs(scenario, implementation).stream()
            .filter(entry -> entry.measured().faults().isEmpty())
            .filter(entry -> entry.measured().figures().containsKey(figure))
            .map(entry -> entry.measured().figures().get(figure))
            .toList());
  }

  /** The additional Markdown of the last round that has any. */
  Optional<String> notes(Scenario scenario) {
    return entries.stream()
        .filter(entry -> entry.scenario().id().equals(scenario.id()))
        .map(entry -> entry.measured().notes())
        .filter(notes -> !notes.isEmpty())
        .reduce((first, last) -> last);
  }

  /** How often each scenario was measured. */
  int rounds() {
    return entries.stream().mapToInt(Entry::round).max().orElse(-1) + 1;
  }

  /** Why runs are void. */
  List<Entry> voids() {
    return entries.stream()
        .filter(entry -> !entry.measured().faults().isEmpty())
        .sorted(Comparator.comparingInt(Entry::round))
        .toList();
  }

  /** Whether each implementation has a run that counts in each scenario. */
  boolean complete() {
    return entries.stream()
        .allMatch(
            entry ->
                runs(entry.scenario().id(), entry.implementation().id()).stream()
                    .anyMatch(run -> run.measured().faults().isEmpty()));
  }

  private List<Entry> runs(String scenario, String implementation) {
    return entries.stream()
        .filter(
            e ->
                e.scenario().id().equals(scenario)
                    && e.implementation().id().equals(implementation))
        .toList();
  }
}
