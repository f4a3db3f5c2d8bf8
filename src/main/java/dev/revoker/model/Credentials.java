package dev.revoker.model;

/** How an account gets a session. Prints no secret. */
public sealed interface Credentials {
  /** Login with {@code x-auth-user} and {@code x-auth-password}. */
  record Password(String username, Secret password) implements Credentials {}

  /** Login with {@code x-auth-user} and {@code x-auth-securekey}. */
  record SecureKey(String username, Secret securekey) implements Credentials {}

  /** A session that somebody else keeps alive: never logged in for, never renewed. */
  record ApiToken(Secret token) implements Credentials {}
}
