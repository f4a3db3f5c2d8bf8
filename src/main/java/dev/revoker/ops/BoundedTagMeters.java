package dev.revoker.ops;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Meters by the value of one label. The expected values exist from the start; of others only so
 * many are taken, and the rest count as {@code other}: a slip in a caller must not become a million
 * series.
 *
 * <p>Safe on any thread.
 */
final class BoundedTagMeters<M> {
  /** How many values beyond the expected ones get a meter of their own. */
  static final int UNEXPECTED = 16;

  /** The value that stands for all further ones. */
  static final String OTHER = "other";

  private final Map<String, M> meters = new ConcurrentHashMap<>();
  private final Function<String, M> register;
  private final int limit;

  BoundedTagMeters(Collection<String> expected, Function<String, M> register) {
    this.register = register;
    expected.forEach(word -> meters.put(word, register.apply(word)));
    limit = meters.size() + UNEXPECTED;
  }

  M of(String word) {
    M known = meters.get(word);
    return known != null ? known : add(word);
  }

  private synchronized M add(String word) {
    boolean full = meters.size() >= limit && !meters.containsKey(word);
    return meters.computeIfAbsent(full ? OTHER : word, register);
  }
}
