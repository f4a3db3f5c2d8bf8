package dev.revoker.model;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * A key, token or password. It prints as a mask wherever it is formatted, so that no record,
 * exception or log line that holds one can show it; {@link #reveal()} is the only way to the text,
 * and its callers are few: the wire, the fingerprint and the redactor.
 *
 * <p>Immutable, safe on any thread. Not {@link java.io.Serializable}, on purpose.
 */
public final class Secret {
  /** What a secret looks like from outside. */
  public static final String MASK = "***";

  private final String text;

  private Secret(String text) {
    this.text = text;
  }

  /** Wraps the text as it was given; case and length are kept. */
  public static Secret of(String text) {
    return new Secret(text);
  }

  /** The text itself. Never hand it to anything that logs, formats or stores. */
  public String reveal() {
    return text;
  }

  /** Compares in time that does not depend on where the two differ. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Secret that && MessageDigest.isEqual(bytes(), that.bytes());
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return MASK;
  }

  private byte[] bytes() {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
