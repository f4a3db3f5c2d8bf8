package dev.revoker.resilience;

import dev.revoker.api.ApiAnswer;
import dev.revoker.message.Scrubber;
import dev.revoker.model.KeyState;
import dev.revoker.model.Outcome;
import dev.revoker.model.Request;
import dev.revoker.model.Result;
import dev.revoker.model.ResultError;
import dev.revoker.model.Secret;
import dev.revoker.time.Time.Timer;
import io.github.resilience4j.retry.Retry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One request on its way. Guarded by the dispatcher's lock. */
final class Task implements Dispatcher.Ticket {
  /**
   * Where a task stands. Legal moves:
   *
   * <pre>
   * READY       → CALLING (started), PARKED (its account logs in), ENDED
   * PARKED      → READY (the login ended), RESTING, BACKING_OFF (it failed for all who waited),
   *               ENDED
   * CALLING     → READY (held, renewed, logged in), RESTING (its probe failed),
   *               BACKING_OFF (an attempt is spent), ENDED
   * RESTING     → READY (no other is left to probe, or the API is back), ENDED
   * BACKING_OFF → READY (time is up), ENDED
   * </pre>
   */
  enum Phase {
    READY,
    PARKED,
    CALLING,
    RESTING,
    BACKING_OFF,
    ENDED;

    private Set<Phase> next() {
      return switch (this) {
        case READY -> EnumSet.of(CALLING, PARKED, ENDED);
        case PARKED, CALLING -> EnumSet.of(READY, RESTING, BACKING_OFF, ENDED);
        case RESTING, BACKING_OFF -> EnumSet.of(READY, ENDED);
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

  /** How many of those calls may have removed the key without saying so. */
  int uncertainCalls;

  /** The gate's era in which it came to rest. */
  long restsSinceEra;

  /** The BAD_API_TOKEN answers in a row. */
  int rejectedTokens;

  /** Taken back by its owner while a call was under way: it ends with that call. */
  boolean withdrawn;

  /** How long it was held in all, up to the last time it left READY or RESTING. */
  long heldMs;

  /** The hold clock's reading when it last came to READY or RESTING. */
  long waitsSinceHoldMs;

  @Nullable Integer lastStatus;

  /** Ends its back-off or its rest. */
  @Nullable Timer wake;

  @Nullable Timer expiry;

  /** All that the API was sent for it, and so could write back. */
  private final List<Secret> secrets = new ArrayList<>();

  Task(
      Request.Valid request,
      Dispatcher.Caller caller,
      int lane,
      Retry.AsyncContext<ApiAnswer> attempts) {
    this.request = request;
    this.caller = caller;
    this.lane = lane;
    this.attempts = attempts;
    secrets.add(request.key());
    if (request.apiToken() != null) {
      secrets.add(request.apiToken());
    }
  }

  /** From now on {@link #shown} takes this secret out, too. */
  void hides(Secret secret) {
    if (!secrets.contains(secret)) {
      secrets.add(secret);
    }
  }

  /** The text without what must not be shown, cut to the length that may be. */
  String shown(String text) {
    return Scrubber.of(secrets.toArray(Secret[]::new)).scrub(text);
  }

  ResultError shown(ResultError error) {
    return new ResultError(shown(error.type()), shown(error.comment()));
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
    if (wake != null) {
      wake.cancel();
      wake = null;
    }
    if (next == Phase.ENDED && expiry != null) {
      expiry.cancel();
      expiry = null;
    }
  }

  /** What to say of the key where nothing removed it for certain. */
  KeyState keyStateIfNotRemoved() {
    return uncertainCalls > 0 ? KeyState.UNKNOWN : KeyState.ASSUMED_ACTIVE;
  }

  /**
   * The result. Not under the lock: taking the secrets out of the API's comment can take long.
   * Nothing of an ended task changes any more.
   */
  Result result(
      Outcome outcome, KeyState keyState, @Nullable ResultError error, Instant completedAt) {
    ResultError shown = error == null ? null : shown(error);
    if (shown != null && outcome == Outcome.NOT_FOUND && uncertainCalls > 0) {
      // Before the API's comment, which may be as long as a comment may be.
      shown = new ResultError(shown.type(), mayHaveRemoved() + shown.comment());
    }
    return new Result(
        request, outcome, keyState, lastStatus, shown, calls, uncertainCalls, completedAt);
  }

  private String mayHaveRemoved() {
    return uncertainCalls == 1
        ? "1 attempt before may have removed the key; the API's comment: "
        : "%d attempts before may have removed the key; the API's comment: "
            .formatted(uncertainCalls);
  }
}
