package dev.revoker.bench;

import dev.revoker.message.Encryption;
import dev.revoker.message.KeySet;
import dev.revoker.model.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The worker with {@code encryption.required}, and a key pair as {@code keygen} makes it. */
record EncryptedRevoker(Path privateKeys, Encryption encryption) implements Implementation {
  static EncryptedRevoker withNewKeys() {
    try {
      Encryption.Pair pair = Encryption.Pair.generate("bench");
      Path folder = Files.createTempDirectory("bench-keys");
      Path privateKeys = folder.resolve("private.jwks");
      Path publicKeys = folder.resolve("public.jwks");
      Files.writeString(privateKeys, pair.privateSet().reveal());
      Files.writeString(publicKeys, pair.publicSet());
      for (Path path : new Path[] {privateKeys, publicKeys, folder}) {
        path.toFile().deleteOnExit();
      }
      return new EncryptedRevoker(privateKeys, Encryption.with(publicKeys));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (KeySet.UnusableException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String id() {
    return "revoker-encrypted";
  }

  @Override
  public String title() {
    return "Revoker, keys encrypted with ECDH-ES+A256KW";
  }

  @Override
  public boolean maySayFailed() {
    return false;
  }

  @Override
  public String keyField(String key) {
    return "\"api_securekey_jwe\":\"" + encryption.encrypt(Secret.of(key)) + "\"";
  }

  @Override
  public Child start(RunParameters parameters) {
    return RevokerWorker.plain()
        .start(
            parameters,
            Map.of(
                "decryption.keys.location", privateKeys.toString(), "encryption.required", "true"));
  }
}
