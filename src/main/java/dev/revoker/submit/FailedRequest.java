package dev.revoker.submit;

import dev.revoker.model.Outcome;
import dev.revoker.model.Source;
import org.jspecify.annotations.Nullable;

/**
 * A request record with a retriable result. Its copies are the other records of the same request;
 * the newest result among all of them decides what is done. One thread finds it; then {@link
 * #state} and {@link #revoked} are safe on any thread.
 */
final class FailedRequest {
  private final String requestId;
  private final String fingerprint;
  private final Outcome outcome;
  private final Source source;
  private final ResultPlace result;

  /** Null until the record was found in its topic. */
  private @Nullable RequestCopies copies;

  private boolean answeredSince;
  private volatile boolean revokedSince;

  /** What is done with it. */
  enum State {
    /** It is sent again. */
    DUE,
    /** A copy was sent, and has no result yet. */
    IN_FLIGHT,
    /** Its key was revoked after its result. */
    REVOKED_SINCE,
    /** It was sent again three times. */
    EXHAUSTED,
    /** Its record is no longer in the topic. */
    GONE,
    /** The request has a newer result, which decides. */
    ANSWERED_SINCE
  }

  FailedRequest(ResultRecord record, Source source, ResultPlace result) {
    this.requestId = record.text("request_id");
    this.fingerprint = record.fingerprint();
    this.outcome = record.outcome();
    this.source = source;
    this.result = result;
  }

  /** The record is in its topic, and is one of these. */
  void found(RequestCopies its) {
    copies = its;
  }

  /** The key was revoked, by any request. */
  void revoked(ResultPlace by) {
    revokedSince |= by.isAfter(result);
  }

  /** A result with the same request id and key; all that is known where the record is gone. */
  void answeredByClaim(ResultPlace by) {
    answeredSince |= copies == null && by.isAfter(result);
  }

  State state() {
    if (answeredSince || (copies != null && !source.equals(copies.lastAnswered()))) {
      return State.ANSWERED_SINCE;
    }
    if (revokedSince) {
      return State.REVOKED_SINCE;
    }
    if (copies == null) {
      return State.GONE;
    }
    if (copies.inFlight() != null) {
      return State.IN_FLIGHT;
    }
    return copies.rounds() >= RequestCopies.MAX_ROUNDS ? State.EXHAUSTED : State.DUE;
  }

  String requestId() {
    return requestId;
  }

  /** Empty where no key could be read. */
  String fingerprint() {
    return fingerprint;
  }

  ResultPlace result() {
    return result;
  }

  /** The record that failed. */
  Source source() {
    return source;
  }

  /** The copy that has no result yet; null where there is none. */
  @Nullable Source inFlight() {
    return copies == null ? null : copies.inFlight();
  }

  /** The round that the next copy is in, from 1. */
  int nextRound() {
    return copies == null ? 1 : copies.rounds() + 1;
  }

  /** In one line, for people. */
  String line() {
    return String.join(
        "  ",
        requestId,
        outcome.wireName(),
        result.completedAt().toString(),
        fingerprint.isEmpty() ? "(no key)" : fingerprint,
        source.toString());
  }
}
