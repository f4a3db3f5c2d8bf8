package dev.revoker.api;

import dev.revoker.model.Credentials;
import dev.revoker.model.Secret;

/** A call to the account API, version 1. Prints no secret. */
public sealed interface ApiCall {
  /** {@code GET /api/account/remove_api_key}. */
  record RemoveApiKey(Secret apiToken, Secret apiSecurekey) implements ApiCall {}

  /**
   * {@code GET /api/account/login}, with the credentials in headers, so that no URL has them. Not
   * for {@link Credentials.ApiToken}, which needs no login.
   */
  record Login(Credentials credentials) implements ApiCall {
    /** Whether HTTP headers can carry the credentials. Another login is never sent. */
    public boolean canBeSent() {
      return RequestEncoder.refusal(this) == null;
    }
  }

  /** {@code GET /api/account/logout}. */
  record Logout(Secret apiToken) implements ApiCall {}
}
