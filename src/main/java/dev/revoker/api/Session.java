package dev.revoker.api;

import dev.revoker.model.ResultError;
import dev.revoker.model.Secret;

/** Where an account's session stands. */
public sealed interface Session {
  /** None yet, or dropped: the next request logs in. */
  record Closed() implements Session {}

  /** One request is logging in; the others of this account wait for it. */
  record LoggingIn() implements Session {}

  /**
   * A token to call with.
   *
   * @param renewable whether another can be had by a login
   */
  record Open(Secret apiToken, boolean renewable) implements Session {}

  /** The login was refused; it is not tried again before {@code untilMs} of the steady clock. */
  record Refused(ResultError error, long untilMs) implements Session {}
}
