package dev.revoker.message;

import com.nimbusds.jose.Algorithm;
import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The keys of a JWK set file (RFC 7517), and the algorithms that they may be used with. */
public final class KeySet {
  /** Which algorithms a request may be encrypted with, and the type of key that each needs. */
  static final Map<JWEAlgorithm, KeyType> ALGORITHMS =
      Map.of(
          JWEAlgorithm.ECDH_ES, KeyType.EC,
          JWEAlgorithm.ECDH_ES_A256KW, KeyType.EC,
          JWEAlgorithm.RSA_OAEP_256, KeyType.RSA);

  static final Set<EncryptionMethod> METHODS =
      Set.of(EncryptionMethod.A256GCM, EncryptionMethod.A128GCM);

  private static final int MIN_RSA_BITS = 2048;

  /** Decryption takes milliseconds with such a key; with a longer one it would hold up a lane. */
  private static final int MAX_RSA_BITS = 4096;

  private KeySet() {}

  /** Why the file cannot be used; the message quotes nothing of it. */
  public static final class UnusableException extends Exception {
    private static final long serialVersionUID = 1;

    private UnusableException(String why) {
      super(why);
    }
  }

  /**
   * Checks a file of private keys.
   *
   * @throws UnusableException with the reason
   */
  public static void checkPrivate(Path file) throws UnusableException {
    read(file, true);
  }

  /**
   * Checks a file of public keys.
   *
   * @throws UnusableException with the reason
   */
  public static void checkPublic(Path file) throws UnusableException {
    read(file, false);
  }

  static UnusableException invalid() {
    return new UnusableException("a key of the set is not valid");
  }

  /** The keys by kid, in the order of the file; at least one. */
  static Map<String, JWK> read(Path file, boolean mustBePrivate) throws UnusableException {
    JWKSet set;
    try {
      set = JWKSet.parse(Files.readString(file));
    } catch (NoSuchFileException missing) {
      throw new UnusableException("there is no such file");
    } catch (IOException unreadable) {
      throw new UnusableException(
          "the file cannot be read: " + unreadable.getClass().getSimpleName());
    } catch (ParseException | RuntimeException notJwks) {
      // The library throws a NullPointerException for the text null, among others.
      throw new UnusableException("the file is not a JWK set");
    }
    Map<String, JWK> keys = new LinkedHashMap<>();
    for (JWK key : set.getKeys()) {
      String which = "key " + (keys.size() + 1) + " of the set ";
      String fault = fault(key, mustBePrivate);
      if (fault != null) {
        throw new UnusableException(which + fault);
      }
      if (keys.put(key.getKeyID(), key) != null) {
        throw new UnusableException(which + "has the kid of another one");
      }
    }
    if (keys.isEmpty()) {
      throw new UnusableException("the set has no EC or RSA key");
    }
    return keys;
  }

  private static @Nullable String fault(JWK key, boolean mustBePrivate) {
    if (key.getKeyID() == null || key.getKeyID().isEmpty()) {
      return "has no kid";
    }
    boolean fits =
        switch (key) {
          case ECKey ec -> ec.getCurve().equals(Curve.P_256);
          case RSAKey rsa -> rsa.size() >= MIN_RSA_BITS && rsa.size() <= MAX_RSA_BITS;
          default -> false;
        };
    if (!fits) {
      return "must be an EC key on P-256 or an RSA key of 2048 to 4096 bits";
    }
    if (mustBePrivate && !key.isPrivate()) {
      return "has no private part";
    }
    if (key.getKeyUse() != null && !key.getKeyUse().equals(KeyUse.ENCRYPTION)) {
      return "is not for encryption (use)";
    }
    Algorithm alg = key.getAlgorithm();
    return alg == null || key.getKeyType().equals(typeFor(alg))
        ? null
        : "has an alg other than ECDH-ES, ECDH-ES+A256KW (EC) or RSA-OAEP-256 (RSA)";
  }

  private static @Nullable KeyType typeFor(Algorithm alg) {
    return ALGORITHMS.get(JWEAlgorithm.parse(alg.getName()));
  }
}
