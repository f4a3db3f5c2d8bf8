package dev.revoker.bench;

import java.util.List;
import java.util.Map;

/**
 * What one run gave.
 *
 * @param faults why it is void; empty where it counts
 * @param notes more for the reader, as Markdown; empty where there is no more
 */
record Measured(Map<Figure, Double> figures, List<String> faults, String notes) {
  Measured {
    figures = Map.copyOf(figures);
    faults = List.copyOf(faults);
  }

  Measured(Map<Figure, Double> figures, List<String> faults) {
    this(figures, faults, "");
  }

  static Measured voided(List<String> faults) {
    return new Measured(Map.of(), faults);
  }
}
