package dev.revoker.message;

import dev.revoker.model.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Names a key without showing it: a hash over its hex digits in lower case, as ASCII. {@code
 * sha256:} and 64 lower-case hex digits; with a secret {@code hmac-sha256:} and its 64, the
 * secret's UTF-8 bytes being the HMAC's key.
 *
 * <p>Immutable, safe on any thread.
 */
public final class Fingerprints {
  private static final String HMAC = "HmacSHA256";

  /** Never fed, only cloned, so threads can share it. */
  private final Hash prototype;

  /**
   * @param secret makes the fingerprints HMACs; null for plain hashes
   * @throws IllegalArgumentException where the secret is empty
   */
  public Fingerprints(@Nullable Secret secret) {
    try {
      prototype = secret == null ? new Plain(MessageDigest.getInstance("SHA-256")) : keyed(secret);
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("this JDK lacks SHA-256", missing);
    }
  }

  /** The fingerprint of a key; the same for upper and lower case. */
  public String of(Secret key) {
    byte[] digits = key.reveal().toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
    try {
      return prototype.name() + HexFormat.of().formatHex(prototype.hash(digits));
    } catch (CloneNotSupportedException unlikeTheJdks) {
      throw new IllegalStateException("a security provider's SHA-256 can't be cloned");
    }
  }

  private static Hash keyed(Secret secret) throws GeneralSecurityException {
    Mac mac = Mac.getInstance(HMAC);
    mac.init(new SecretKeySpec(secret.reveal().getBytes(StandardCharsets.UTF_8), HMAC));
    return new Keyed(mac);
  }

  private sealed interface Hash {
    String name();

    byte[] hash(byte[] input) throws CloneNotSupportedException;
  }

  private record Plain(MessageDigest digest) implements Hash {
    @Override
    public String name() {
      return "sha256:";
    }

    @Override
    public byte[] hash(byte[] input) throws CloneNotSupportedException {
      return ((MessageDigest) digest.clone()).digest(input);
    }
  }

  private record Keyed(Mac mac) implements Hash {
    @Override
    public String name() {
      return "hmac-sha256:";
    }

    @Override
    public byte[] hash(byte[] input) throws CloneNotSupportedException {
      return ((Mac) mac.clone()).doFinal(input);
    }
  }
}
