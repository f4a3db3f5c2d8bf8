package dev.revoker.chaos;

import dev.revoker.chaos.Disturbance.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The disturbances with their times. Thread-safe. */
final class DisturbanceLog {
  /** A disturbance; {@code to} is null while it lasts. */
  static final class Event {
    final Kind kind;
    final int target;
    final Instant from = Instant.now();
    volatile @Nullable Instant to;

    private Event(Kind kind, int target) {
      this.kind = kind;
      this.target = target;
    }

    void ended() {
      to = Instant.now();
    }

    boolean overlaps(Instant begin, Instant end) {
      Instant ended = to;
      return !from.isAfter(end) && (ended == null || !ended.isBefore(begin));
    }

    @Override
    public String toString() {
      return "%s(%d) %s to %s".formatted(kind, target, from, to);
    }
  }

  final Instant began = Instant.now();
  private final List<Event> events = new CopyOnWriteArrayList<>();

  Event begin(Kind kind, int target) {
    Event event = new Event(kind, target);
    events.add(event);
    return event;
  }

  /** Whether one of these kinds was active between the two times. */
  boolean any(Predicate<Kind> kinds, Instant begin, Instant end) {
    return events.stream().anyMatch(event -> kinds.test(event.kind) && event.overlaps(begin, end));
  }

  /**
   * Whether a worker was frozen at that time and thawed no earlier than {@code slack} before the
   * call.
   */
  boolean frozenAcross(Instant moment, Instant call, Duration slack) {
    return events.stream()
        .filter(event -> event.kind == Kind.FREEZE_WORKER)
        .anyMatch(
            event -> {
              Instant woke = event.to;
              return event.overlaps(moment.minus(slack), moment.plus(slack))
                  && woke != null
                  && call.isBefore(woke.plus(slack));
            });
  }

  List<Event> between(Instant begin, Instant end) {
    return events.stream().filter(event -> event.overlaps(begin, end)).toList();
  }

  Map<Kind, Long> counts() {
    Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    events.forEach(event -> counts.merge(event.kind, 1L, Long::sum));
    return counts;
  }
}
