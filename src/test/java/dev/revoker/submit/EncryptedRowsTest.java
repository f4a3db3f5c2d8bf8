package dev.revoker.submit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.message.Decryption;
import dev.revoker.message.Encryption;
import dev.revoker.message.Fingerprints;
import dev.revoker.message.RequestReader;
import dev.revoker.model.Request;
import dev.revoker.model.Source;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What leaves {@code submit} where {@code encryption.key.location} is set. */
class EncryptedRowsTest {
  private static final String KEY = "feed000000000000000000000000a001";
  private static final String TOKEN = "feed000000000000000000000000b002";

  @TempDir Path folder;

  @Test
  void keyAndTokenAreEncryptedAndTheWorkerReadsTheSameRequest() throws Exception {
    Encryption.Pair pair = Encryption.Pair.generate("k");
    Path publicKey = Files.writeString(folder.resolve("public.jwks"), pair.publicSet());
    Path privateKey = Files.writeString(folder.resolve("private.jwks"), pair.privateSet().reveal());
    RequestComposer composer =
        new RequestComposer(
            new Fingerprints(null), Trial.NOTHING, RequestComposer.encryption(publicKey));
    byte[] clear =
        """
        {"api_securekey":"%s","api_token":"%s","labels":{"batch":"b"},"request_id":"b/1"}
        """
            .formatted(KEY, TOKEN)
            .getBytes(StandardCharsets.UTF_8);

    byte[] sent = composer.sent(clear);

    assertThat(new String(sent, StandardCharsets.UTF_8)).doesNotContain(KEY, TOKEN);
    assertThat(read(sent, Decryption.with(privateKey, true)))
        .isEqualTo(read(clear, Decryption.NONE))
        .isInstanceOf(Request.Valid.class);
    assertThat(composer.sent(clear)).as("never the same twice").isNotEqualTo(sent);
  }

  @Test
  void withoutAKeyNothingChanges() {
    byte[] value = {'{', '}'};
    RequestComposer composer = new RequestComposer(new Fingerprints(null), Trial.NOTHING);
    assertThat(composer.sent(value)).isSameAs(value);
  }

  private static Request read(byte[] value, Decryption decryption) {
    return new RequestReader(Set.of("main"), "main", new Fingerprints(null), decryption)
        .read(new Source("t", 0, 0), "l", value, name -> null, Instant.EPOCH, Instant.EPOCH);
  }
}
