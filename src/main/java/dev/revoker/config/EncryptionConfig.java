package dev.revoker.config;

import dev.revoker.message.KeySet;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How keys and tokens are encrypted in the request topics.
 *
 * @param decryptionKeys the worker's private keys; null if it decrypts nothing
 * @param required whether the worker rejects a key or token in the clear
 * @param encryptionKey the public key that {@code submit} encrypts with; null if it does not
 */
public record EncryptionConfig(
    @Nullable Path decryptionKeys, boolean required, @Nullable Path encryptionKey) {
  /** Nothing is encrypted. */
  public static final EncryptionConfig NONE = new EncryptionConfig(null, false, null);

  private static final String DECRYPTION_KEYS = "decryption.keys.location";
  private static final String REQUIRED = "encryption.required";

  /** Only a worker has the private keys, so only its configuration needs their file. */
  static EncryptionConfig read(SettingsReader in, boolean forWorker) {
    Path decryptionKeys =
        file(in, DECRYPTION_KEYS, "private", forWorker ? KeySet::checkPrivate : path -> {});
    boolean required = in.flag(REQUIRED, false);
    if (forWorker && required && decryptionKeys == null && !in.blamed(DECRYPTION_KEYS)) {
      in.wrong(
          REQUIRED, "is true without " + DECRYPTION_KEYS + ": every request would be rejected");
    }
    return new EncryptionConfig(
        decryptionKeys,
        required,
        file(in, "encryption.key.location", "public", KeySet::checkPublic));
  }

  private interface Check {
    void of(Path file) throws KeySet.UnusableException;
  }

  private static @Nullable Path file(SettingsReader in, String key, String kind, Check check) {
    Path file =
        in.parsed(
            key,
            "the path of a JWK set with " + kind + " keys: EC on P-256 or RSA, each with a kid",
            EncryptionConfig::path);
    Setting setting = in.take(key);
    if (file == null || setting == null) {
      return null;
    }
    try {
      check.of(file);
    } catch (KeySet.UnusableException unusable) {
      in.wrong(setting, "cannot be used: " + unusable.getMessage());
    }
    return file;
  }

  private static @Nullable Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException notAPath) {
      return null;
    }
  }
}
