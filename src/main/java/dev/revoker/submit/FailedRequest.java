package dev.revoker.submit;

import dev.revoker.model.Outcome;
import dev.revoker.model.Source;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request whose last result says that sending it again can help, and what the request topics have
 * of it. A request is the same after it was sent again: same id, same key. One thread finds it;
 * then {@link #state} and {@link #revoked} are safe on any thread.
 */
final class FailedRequest {
  /** How often a request is sent again. */
  static final int MAX_ROUNDS = 3;

  private final String requestId;
  private final String fingerprint;

  /** The records of this request that have a result. */
  private final Set<Source> answered = new HashSet<>();

  private ResultRecord last;
  private Source source;
  private Instant completedAt;

  /** A hash of the value's bytes; null until the record was found. */
  private @Nullable String value;

  private int round;
  private @Nullable Source inFlight;
  private volatile boolean revokedSince;

  /** What is done with it. */
  enum State {
    /** It is sent again. */
    DUE,
    /** An earlier run sent it again, and there is no result yet. */
    IN_FLIGHT,
    /** Its key was revoked after its last result. */
    REVOKED_SINCE,
    /** It was sent again three times. */
    EXHAUSTED,
    /** Its record is no longer in the topic. */
    GONE
  }

  /** Which request a result is about. */
  record Identity(String requestId, String fingerprint) {
    static Identity of(ResultRecord result) {
      return new Identity(result.text("request_id"), result.fingerprint());
    }
  }

  FailedRequest(ResultRecord result, Source source, Instant completedAt) {
    this.requestId = result.text("request_id");
    this.fingerprint = result.fingerprint();
    this.last = result;
    this.source = source;
    this.completedAt = completedAt;
    answered.add(source);
  }

  /** Another result of this request; the last one counts. */
  void answered(ResultRecord result, Source of, Instant when) {
    answered.add(of);
    if (!when.isBefore(completedAt)) {
      last = result;
      source = of;
      completedAt = when;
    }
  }

  /** The record of the last result is in its topic. */
  void found(String valueHash, int itsRound) {
    value = valueHash;
    round = itsRound;
  }

  /** A record that was sent again; in flight if it is this request, and has no result. */
  void sentAgain(Source at, String valueHash, int itsRound) {
    if (valueHash.equals(value) && itsRound > round && !answered.contains(at)) {
      inFlight = at;
    }
  }

  /** The key was revoked at that time. */
  void revoked(Instant when) {
    revokedSince |= !when.isBefore(completedAt);
  }

  State state() {
    if (revokedSince) {
      return State.REVOKED_SINCE;
    }
    if (inFlight != null) {
      return State.IN_FLIGHT;
    }
    if (value == null) {
      return State.GONE;
    }
    return round >= MAX_ROUNDS ? State.EXHAUSTED : State.DUE;
  }

  String requestId() {
    return requestId;
  }

  /** Empty where no key could be read. */
  String fingerprint() {
    return fingerprint;
  }

  Outcome outcome() {
    return last.outcome();
  }

  /** The record that the last result is about. */
  Source source() {
    return source;
  }

  /** The record that an earlier run sent; null where there is none. */
  @Nullable Source inFlight() {
    return inFlight;
  }

  int nextRound() {
    return round + 1;
  }

  /** In one line, for people. */
  String line() {
    return String.join(
        "  ",
        requestId,
        last.outcome().wireName(),
        last.text("completed_at"),
        fingerprint.isEmpty() ? "(no key)" : fingerprint,
        source.toString());
  }
}
