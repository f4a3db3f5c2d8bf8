package dev.revoker.message;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEDecrypter;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.crypto.ECDHDecrypter;
import com.nimbusds.jose.crypto.RSADecrypter;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.text.ParseException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decrypts the fields of requests that are a compact JWE (RFC 7516), with the private keys of a JWK
 * set file. Each use checks whether the file has changed, and then reads it again; if it cannot be
 * read, the keys before it stay in use. Header parameters that name other keys (jku, jwk, x5u) are
 * ignored.
 *
 * <p>Safe on any thread. A call takes as long as one private-key operation, some milliseconds with
 * RSA.
 */
public final class Decryption {
  /** No keys: every JWE is encrypted with an unknown key. */
  public static final Decryption NONE = new Decryption(null, false, new Keys(Stamp.NONE, Map.of()));

  private static final Logger LOG = LoggerFactory.getLogger(Decryption.class);

  private final @Nullable Path file;
  private final boolean required;
  private volatile Keys keys;

  private Decryption(@Nullable Path file, boolean required, Keys keys) {
    this.file = file;
    this.required = required;
    this.keys = keys;
  }

  /**
   * Reads the keys.
   *
   * @param file the private keys
   * @param required whether a key or token in the clear is rejected
   * @throws KeySet.UnusableException if the file cannot be used
   */
  public static Decryption with(Path file, boolean required) throws KeySet.UnusableException {
    Stamp stamp = Stamp.of(file);
    return new Decryption(file, required, new Keys(stamp, decrypters(file)));
  }

  boolean isRequired() {
    return required;
  }

  /** What a JWE holds. */
  sealed interface Decrypted {}

  /** Decrypted and authentic; any bytes, as ISO 8859-1. Does not print its text. */
  record Plaintext(String text) implements Decrypted {
    @Override
    public String toString() {
      return "Plaintext";
    }
  }

  /**
   * Not decrypted.
   *
   * @param why what the field must be, or what is wrong with it, in fixed words
   */
  record Undecrypted(String why, boolean isKeyUnknown) implements Decrypted {}

  Decrypted decrypt(String compact) {
    JWEObject jwe;
    try {
      jwe = JWEObject.parse(compact);
    } catch (ParseException | RuntimeException notCompact) {
      // The library throws a NullPointerException, among others, for a parameter that is null.
      return new Undecrypted("must be a compact JWE", false);
    }
    JWEHeader header = jwe.getHeader();
    if (header.getAlgorithm() == null || header.getEncryptionMethod() == null) {
      return new Undecrypted("must be a compact JWE", false);
    }
    KeyType needed = KeySet.ALGORITHMS.get(header.getAlgorithm());
    if (needed == null) {
      return new Undecrypted("must have the alg ECDH-ES, ECDH-ES+A256KW or RSA-OAEP-256", false);
    }
    if (!KeySet.METHODS.contains(header.getEncryptionMethod())) {
      return new Undecrypted("must have the enc A256GCM or A128GCM", false);
    }
    if (header.getCompressionAlgorithm() != null || header.getCriticalParams() != null) {
      return new Undecrypted("must have neither zip nor crit", false);
    }
    if (header.getKeyID() == null) {
      return new Undecrypted("must have a kid", false);
    }
    PrivateKey key = current().get(header.getKeyID());
    if (key == null) {
      return new Undecrypted("is encrypted with a key that this worker does not have", true);
    }
    if (!needed.equals(key.type())) {
      return new Undecrypted("must have an alg that fits the key with its kid", false);
    }
    try {
      jwe.decrypt(key.decrypter());
    } catch (JOSEException | IllegalArgumentException | IllegalStateException damaged) {
      return new Undecrypted("cannot be decrypted", false);
    }
    return new Plaintext(new String(jwe.getPayload().toBytes(), StandardCharsets.ISO_8859_1));
  }

  private Map<String, PrivateKey> current() {
    if (file == null || Stamp.of(file).equals(keys.stamp())) {
      return keys.byId();
    }
    return readAgain(file);
  }

  private synchronized Map<String, PrivateKey> readAgain(Path changed) {
    // The stamp is older than the content, so a change during the reading is seen the next time.
    Stamp stamp = Stamp.of(changed);
    if (!stamp.equals(keys.stamp())) {
      Map<String, PrivateKey> byId = keys.byId();
      try {
        byId = decrypters(changed);
        LOG.atInfo()
            .addKeyValue("file", changed)
            .addKeyValue("keys", byId.size())
            .log("the decryption keys have changed and were read again");
      } catch (KeySet.UnusableException unusable) {
        LOG.atWarn()
            .addKeyValue("file", changed)
            .addKeyValue("why", unusable.getMessage())
            .log("the changed decryption keys cannot be used; the keys before stay in use");
      }
      keys = new Keys(stamp, byId);
    }
    return keys.byId();
  }

  private static Map<String, PrivateKey> decrypters(Path file) throws KeySet.UnusableException {
    Map<String, PrivateKey> byId = new HashMap<>();
    for (Map.Entry<String, JWK> one : KeySet.read(file, true).entrySet()) {
      byId.put(
          one.getKey(), new PrivateKey(one.getValue().getKeyType(), decrypter(one.getValue())));
    }
    return Map.copyOf(byId);
  }

  private static JWEDecrypter decrypter(JWK key) throws KeySet.UnusableException {
    try {
      return key instanceof ECKey ec ? new ECDHDecrypter(ec) : new RSADecrypter(key.toRSAKey());
    } catch (JOSEException | RuntimeException invalid) {
      // The library throws a NullPointerException for an RSA key without d, among others.
      throw KeySet.invalid();
    }
  }

  private record PrivateKey(KeyType type, JWEDecrypter decrypter) {}

  private record Keys(Stamp stamp, Map<String, PrivateKey> byId) {}

  /** Tells one content of a file from another without reading it. */
  private record Stamp(@Nullable FileTime modified, long size, @Nullable Object inode) {
    static final Stamp NONE = new Stamp(null, -1, null);

    static Stamp of(Path file) {
      try {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        return new Stamp(now.lastModifiedTime(), now.size(), now.fileKey());
      } catch (IOException missing) {
        return NONE;
      }
    }
  }
}
