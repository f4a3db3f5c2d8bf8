package dev.revoker.bench;

import java.util.List;
import java.util.Map;

/**
 * The figures of one run.
 *
 * @param faults why it is void; empty if it counts
 * @param notes additional Markdown for the report, or empty
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
