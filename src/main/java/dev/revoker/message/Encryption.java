package dev.revoker.message;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEEncrypter;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDHEncrypter;
import com.nimbusds.jose.crypto.RSAEncrypter;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.revoker.model.Secret;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Encrypts keys and tokens for the worker, with the first key of a public JWK set: enc A256GCM, and
 * the alg that the JWK names, else ECDH-ES+A256KW or RSA-OAEP-256.
 *
 * <p>Immutable, safe on any thread.
 */
public final class Encryption {
  private final JWEHeader header;
  private final JWEEncrypter encrypter;

  private Encryption(JWEHeader header, JWEEncrypter encrypter) {
    this.header = header;
    this.encrypter = encrypter;
  }

  /**
   * Reads the key.
   *
   * @param file the public keys; private ones are accepted too
   * @throws KeySet.UnusableException if the file cannot be used
   */
  public static Encryption with(Path file) throws KeySet.UnusableException {
    JWK key = KeySet.read(file, false).values().iterator().next();
    JWEAlgorithm byDefault =
        key instanceof ECKey ? JWEAlgorithm.ECDH_ES_A256KW : JWEAlgorithm.RSA_OAEP_256;
    JWEAlgorithm alg =
        key.getAlgorithm() == null ? byDefault : JWEAlgorithm.parse(key.getAlgorithm().getName());
    JWEHeader header =
        new JWEHeader.Builder(alg, EncryptionMethod.A256GCM).keyID(key.getKeyID()).build();
    try {
      return new Encryption(
          header,
          key instanceof ECKey ec ? new ECDHEncrypter(ec) : new RSAEncrypter(key.toRSAKey()));
    } catch (JOSEException invalid) {
      throw KeySet.invalid();
    }
  }

  /** The hex digits as a compact JWE, another one at each call. */
  public String encrypt(Secret digits) {
    byte[] text = digits.reveal().getBytes(StandardCharsets.US_ASCII);
    JWEObject jwe = new JWEObject(header, new Payload(text));
    try {
      jwe.encrypt(encrypter);
    } catch (JOSEException missing) {
      throw new IllegalStateException("this JDK cannot encrypt with " + header.getAlgorithm());
    }
    return jwe.serialize();
  }

  /**
   * A key pair on P-256, as the JSON of two JWK sets of one key.
   *
   * @param privateSet for the worker alone
   * @param publicSet for whoever sends requests
   */
  public record Pair(Secret privateSet, String publicSet) {
    /** A new pair. */
    public static Pair generate(String kid) {
      try {
        JWKSet set =
            new JWKSet(
                new ECKeyGenerator(Curve.P_256)
                    .keyID(kid)
                    .keyUse(KeyUse.ENCRYPTION)
                    .algorithm(JWEAlgorithm.ECDH_ES_A256KW)
                    .generate());
        return new Pair(Secret.of(set.toString(false)), set.toString(true));
      } catch (JOSEException missing) {
        throw new IllegalStateException("this JDK lacks P-256");
      }
    }
  }
}
