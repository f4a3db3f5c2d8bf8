package dev.revoker.model;

/** How an account gets a session. {@code toString} shows no secret. */
public sealed interface Credentials {
  /** The part that must be redacted in an answer of the API. */
  Secret secret();

  /** Login with {@code x-auth-user} and {@code x-auth-password}. */
  record Password(String username, Secret password) implements Credentials {
    @Override
    public Secret secret() {
      return password;
    }
  }

  /** Login with {@code x-auth-user} and {@code x-auth-securekey}. */
  record SecureKey(String username, Secret securekey) implements Credentials {
    @Override
    public Secret secret() {
      return securekey;
    }
  }

  /** A configured session token. The worker neither logs in for it nor renews it. */
  record ApiToken(Secret token) implements Credentials {
    @Override
    public Secret secret() {
      return token;
    }
  }
}
