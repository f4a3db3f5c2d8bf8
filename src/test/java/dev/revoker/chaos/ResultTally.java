package dev.revoker.chaos;

import dev.revoker.model.Source;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Which requests have a result, one bit for each. Thread-safe. */
final class ResultTally {
  private final Map<String, BitSet> asked = new HashMap<>();
  private final Map<String, BitSet> answered = new HashMap<>();
  private final Map<String, Long> outcomes = new TreeMap<>();
  private long requests;
  private long results;
  private long repeats;

  synchronized void asked(Source source) {
    String partition = source.topic() + "-" + source.partition();
    asked.computeIfAbsent(partition, name -> new BitSet()).set(Math.toIntExact(source.offset()));
    requests++;
  }

  synchronized void answered(ObservedResult answer) {
    int dash = answer.source().lastIndexOf('-');
    BitSet bits =
        answered.computeIfAbsent(answer.source().substring(0, dash), name -> new BitSet());
    int offset = Integer.parseInt(answer.source().substring(dash + 1));
    repeats += bits.get(offset) ? 1 : 0;
    bits.set(offset);
    results++;
    outcomes.merge(answer.outcome(), 1L, Long::sum);
  }

  synchronized int unanswered() {
    return Math.toIntExact(requests - results);
  }

  /** Each request has exactly one result, and there are no others. */
  synchronized boolean exactlyOneEach() {
    return repeats == 0 && asked.equals(answered);
  }

  @Override
  public synchronized String toString() {
    return "%d requests, %d results, %d repeats, %s"
        .formatted(requests, results, repeats, outcomes);
  }
}
