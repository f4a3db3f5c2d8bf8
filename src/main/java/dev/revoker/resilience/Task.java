package dev.revoker.resilience;

import dev.revoker.api.ApiAnswer;
import dev.revoker.model.KeyState;
import dev.revoker.model.Request;
import dev.revoker.model.Secret;
import dev.revoker.time.Time.Timer;
import io.github.resilience4j.retry.Retry;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One request on its way. Guarded by the dispatcher's lock. */
final class Task implements Dispatcher.Ticket {
  /**
   * Where a task stands. Legal moves:
   *
   * <pre>
   * READY       → CALLING (started), PARKED (its account logs in), ENDED
   * PARKED      → READY (the login ended), BACKING_OFF (it failed for all who waited), ENDED
   * CALLING     → READY (held, renewed, logged in), BACKING_OFF (an attempt is spent), ENDED
   * BACKING_OFF → READY (time is up), ENDED
   * </pre>
   */
  enum Phase {
    READY,
    PARKED,
    CALLING,
    BACKING_OFF,
    ENDED;

    private Set<Phase> next() {
      return switch (this) {
        case READY -> EnumSet.of(CALLING, PARKED, ENDED);
        case PARKED, CALLING -> EnumSet.of(READY, BACKING_OFF, ENDED);
        case BACKING_OFF -> EnumSet.of(READY, ENDED);
        case ENDED -> EnumSet.noneOf(Phase.class);
      };
    }
  }

  final Request.Valid request;
  final Dispatcher.Caller caller;
  final int lane;
  final Retry.AsyncContext<ApiAnswer> attempts;

  private Phase phase = Phase.READY;

  /** How often remove_api_key was called, probes and throttled calls included. */
  int calls;

  /** An attempt ended without an answer: the API may have removed the key. */
  boolean unanswered;

  /** The BAD_API_TOKEN answers in a row. */
  int rejectedTokens;

  /** Taken back by its owner while a call was under way: it ends with that call. */
  boolean withdrawn;

  /** How long it was held in all, up to the last time it left READY. */
  long heldMs;

  /** The hold clock's reading when it last became READY. */
  long readySinceHoldMs;

  @Nullable Integer lastStatus;
  @Nullable Secret token;
  @Nullable Timer backoff;
  @Nullable Timer expiry;

  Task(
      Request.Valid request,
      Dispatcher.Caller caller,
      int lane,
      Retry.AsyncContext<ApiAnswer> attempts) {
    this.request = request;
    this.caller = caller;
    this.lane = lane;
    this.attempts = attempts;
  }

  Phase phase() {
    return phase;
  }

  /**
   * The one place where a task moves.
   *
   * @throws IllegalStateException on a move that the table above does not have: a bug
   */
  void moveTo(Phase next) {
    if (!phase.next().contains(next)) {
      throw new IllegalStateException("a task cannot go from " + phase + " to " + next);
    }
    phase = next;
    if (next != Phase.BACKING_OFF && backoff != null) {
      backoff.cancel();
      backoff = null;
    }
    if (next == Phase.ENDED && expiry != null) {
      expiry.cancel();
      expiry = null;
    }
  }

  /** What to say of the key where nothing removed it for certain. */
  KeyState keyStateIfNotRemoved() {
    return unanswered ? KeyState.UNKNOWN : KeyState.ASSUMED_ACTIVE;
  }
}
