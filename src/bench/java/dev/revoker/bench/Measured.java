package dev.revoker.bench;

import java.util.List;
import java.util.Map;

/**
 * What one run gave.
 *
 * @param faults why it is void; empty where it counts
 */
record Measured(Map<Figure, Double> figures, List<String> faults) {
  Measured {
    figures = Map.copyOf(figures);
    faults = List.copyOf(faults);
  }

  static Measured voided(List<String> faults) {
    return new Measured(Map.of(), faults);
  }
}
