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
 * Names a key without showing it: a hash of its hex digits in lower case, as ASCII. The text is
 * {@code sha256:} and 64 lower-case hex digits, or with a secret {@code hmac-sha256:} and 64
 * digits; the HMAC's key is the secret in UTF-8.
 *
 * <p>Immutable, safe on any thread.
 */
public final class Fingerprints {
  private static final String HMAC = "HmacSHA256";

  private final @Nullable SecretKeySpec hmacKey;

  /**
   * @param secret makes the fingerprints HMACs; null for plain hashes
   * @throws IllegalArgumentException if the secret is empty
   */
  public Fingerprints(@Nullable Secret secret) {
    hmacKey =
        secret == null
            ? null
            : new SecretKeySpec(secret.reveal().getBytes(StandardCharsets.UTF_8), HMAC);
  }

  /** The fingerprint of a key; the same for upper and lower case. */
  public String of(Secret key) {
    byte[] digits = key.reveal().toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
    try {
      if (hmacKey == null) {
        return "sha256:" + hex(MessageDigest.getInstance("SHA-256").digest(digits));
      }
      Mac mac = Mac.getInstance(HMAC);
      mac.init(hmacKey);
      return "hmac-sha256:" + hex(mac.doFinal(digits));
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("this JDK lacks SHA-256", missing);
    }
  }

  private static String hex(byte[] hash) {
    return HexFormat.of().formatHex(hash);
  }
}
