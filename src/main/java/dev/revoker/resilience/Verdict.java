package dev.revoker.resilience;

import dev.revoker.model.KeyState;
import dev.revoker.model.Outcome;
import dev.revoker.model.ResultError;
import org.jspecify.annotations.Nullable;

/** What an answer means for the request that it answers. */
sealed interface Verdict {
  /** The request is answered. */
  record End(Outcome outcome, KeyState keyState, @Nullable ResultError error) implements Verdict {}

  /** A failure that may pass: spend an attempt, or hold if the API is down. */
  record MayPass() implements Verdict {}

  /** 429: no attempt is spent, and every call is held back. */
  record Throttled(@Nullable Long retryAfterMs) implements Verdict {}

  /** The token is no longer good: drop it and call once more with a fresh one. */
  record RenewSession() implements Verdict {}
}
