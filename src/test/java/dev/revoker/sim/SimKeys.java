package dev.revoker.sim;

import dev.revoker.message.Decryption;
import dev.revoker.message.Encryption;
import dev.revoker.message.KeySet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The key that the workers decrypt with, and another one that they do not have. */
final class SimKeys {
  static final Decryption DECRYPTION;
  static final Encryption KNOWN;
  static final Encryption UNKNOWN;

  static {
    try {
      Encryption.Pair known = Encryption.Pair.generate("known");
      DECRYPTION = Decryption.with(file(known.privateSet().reveal()), false);
      KNOWN = Encryption.with(file(known.publicSet()));
      UNKNOWN = Encryption.with(file(Encryption.Pair.generate("unknown").publicSet()));
    } catch (KeySet.UnusableException unusable) {
      throw new IllegalStateException(unusable);
    }
  }

  private SimKeys() {}

  private static Path file(String json) {
    try {
      Path file = Files.createTempFile("sim", ".jwks");
      file.toFile().deleteOnExit();
      return Files.writeString(file, json);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
