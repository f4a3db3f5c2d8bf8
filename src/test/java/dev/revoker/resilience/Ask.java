package dev.revoker.resilience;

import dev.revoker.model.Request;
import dev.revoker.model.Request.Echo;
import dev.revoker.model.Secret;
import dev.revoker.model.Source;
import java.time.Instant;
import java.util.Map;

/** A request in the making. */
record Ask(
    String lane, String account, String username, String key, String token, Instant notAfter) {
  static Ask in(String lane) {
    return new Ask(lane, "given", null, "0123456789abcdef", null, null);
  }

  Ask of(String otherAccount) {
    return new Ask(lane, otherAccount, username, key, token, notAfter);
  }

  /** It names no account, so it is tried with each. */
  Ask ofAny() {
    return of(null);
  }

  Ask username(String name) {
    return new Ask(lane, account, name, key, token, notAfter);
  }

  Ask key(String otherKey) {
    return new Ask(lane, account, username, otherKey, token, notAfter);
  }

  Ask token(String ownToken) {
    return new Ask(lane, account, username, key, ownToken, notAfter);
  }

  Ask notAfter(Instant time) {
    return new Ask(lane, account, username, key, token, time);
  }

  Request.Valid request(long offset) {
    return new Request.Valid(
        new Source(lane, 0, offset),
        lane,
        Instant.EPOCH,
        Instant.EPOCH,
        new Echo("r-" + offset, "sha256:00", account, null, null, null, Map.of(), null, null),
        Secret.of(key),
        username,
        token == null ? null : Secret.of(token),
        notAfter);
  }
}
