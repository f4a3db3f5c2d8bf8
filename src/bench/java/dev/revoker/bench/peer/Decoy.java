package dev.revoker.bench.peer;

import java.util.ArrayList;
import java.util.List;

/** A rule to break, to prove that the harness notices it. */
enum Decoy {
  NONE,
  LOSES,
  REPEATS,
  EXCEEDS;

  static Decoy of(List<String> arguments) {
    for (Decoy decoy : values()) {
      if (arguments.contains(decoy.name().toLowerCase(java.util.Locale.ROOT))) {
        return decoy;
      }
    }
    return NONE;
  }

  int threads(int concurrency) {
    return this == EXCEEDS ? 2 * concurrency : concurrency;
  }

  <T> List<T> distort(List<T> batch) {
    List<T> changed = new ArrayList<>(batch);
    if (this == LOSES) {
      changed.removeLast();
    } else if (this == REPEATS) {
      changed.add(batch.getFirst());
    }
    return changed;
  }
}
