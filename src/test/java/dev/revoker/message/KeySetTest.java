package dev.revoker.message;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which key sets a worker starts with. */
class KeySetTest {
  @TempDir Path folder;

  @Test
  void aFileThatCannotBeUsedSaysWhy() throws Exception {
    assertUnusable("there is no such file", null);
    assertUnusable("the file is not a JWK set", "{");
    assertUnusable("the file is not a JWK set", "{\"kty\":\"EC\"}");
    assertUnusable("the set has no EC or RSA key", "{\"keys\":[]}");
    JWK sound = new ECKeyGenerator(Curve.P_256).keyID("a").generate();
    assertUnusable("key 2 of the set has the kid of another one", set(sound, sound));
    assertUnusable("key 1 of the set has no kid", set(new ECKeyGenerator(Curve.P_256).generate()));
    assertUnusable("key 2 of the set has no private part", set(sound, publicOnly("b")));
    assertUnusable(
        "key 1 of the set is not for encryption (use)",
        set(new ECKeyGenerator(Curve.P_256).keyID("a").keyUse(KeyUse.SIGNATURE).generate()));
    assertUnusable(
        "key 1 of the set has an alg other than ECDH-ES, ECDH-ES+A256KW (EC) or RSA-OAEP-256 (RSA)",
        set(
            new ECKeyGenerator(Curve.P_256)
                .keyID("a")
                .algorithm(JWEAlgorithm.RSA_OAEP_256)
                .generate()));
    String kinds = "key 1 of the set must be an EC key on P-256 or an RSA key of 2048 to 4096 bits";
    assertUnusable(kinds, set(new ECKeyGenerator(Curve.P_384).keyID("a").generate()));
    assertUnusable(kinds, set(new OctetSequenceKeyGenerator(256).keyID("a").generate()));
    assertUnusable(kinds, set(new RSAKeyGenerator(1024, true).keyID("a").generate()));
  }

  /** Nimbus throws a NullPointerException for each of these. */
  @Test
  void aFileThatTheLibraryFailsAtIsUnusable() throws Exception {
    assertUnusable("the file is not a JWK set", "null");
    String rsa = set(new RSAKeyGenerator(2048).keyID("a").generate());
    assertUnusable("the file is not a JWK set", rsa.replace("\"kty\"", "\"oth\":[{}],\"kty\""));
    Path file =
        Files.writeString(
            folder.resolve("private.jwks"), rsa.replaceFirst("\"d\":\"[^\"]*\",", ""));
    assertThatThrownBy(() -> Decryption.with(file, false))
        .isInstanceOf(KeySet.UnusableException.class)
        .hasMessage("a key of the set is not valid");
  }

  private static JWK publicOnly(String kid) throws Exception {
    return new ECKeyGenerator(Curve.P_256).keyID(kid).generate().toPublicJWK();
  }

  private static String set(JWK... keys) {
    return new JWKSet(List.of(keys)).toString(false);
  }

  private void assertUnusable(String why, String content) throws IOException {
    Path file = folder.resolve("keys.jwks");
    if (content != null) {
      Files.writeString(file, content);
    }
    assertThatThrownBy(() -> KeySet.checkPrivate(file))
        .isInstanceOf(KeySet.UnusableException.class)
        .hasMessage(why);
  }
}
