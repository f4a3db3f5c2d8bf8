package dev.revoker.message;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDHEncrypter;
import com.nimbusds.jose.crypto.RSAEncrypter;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import dev.revoker.model.Request;
import dev.revoker.model.Source;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** An encrypted request, read, for each algorithm. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EncryptedMicro {
  private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
  private static final Source SOURCE = new Source("key-revocations", 3, 42);

  private byte[] agreed;
  private byte[] wrapped;
  private byte[] rsa2048;
  private byte[] rsa4096;
  private RequestReader reader;

  /** Makes the keys and the requests. JMH's subclass could not call a constructor that throws. */
  @Setup
  public void makeRequests() throws JOSEException, IOException, KeySet.UnusableException {
    JWK ec = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
    JWK small = new RSAKeyGenerator(2048).keyID("small").generate();
    JWK large = new RSAKeyGenerator(4096).keyID("large").generate();
    agreed = request(JWEAlgorithm.ECDH_ES, ec);
    wrapped = request(JWEAlgorithm.ECDH_ES_A256KW, ec);
    rsa2048 = request(JWEAlgorithm.RSA_OAEP_256, small);
    rsa4096 = request(JWEAlgorithm.RSA_OAEP_256, large);
    Path file = Files.createTempFile("decryption", ".jwks");
    file.toFile().deleteOnExit();
    Files.writeString(file, new JWKSet(List.of(ec, small, large)).toString(false));
    reader =
        new RequestReader(
            Set.of("acme"), "acme", new Fingerprints(null), Decryption.with(file, true));
  }

  /** ECDH-ES. */
  @Benchmark
  public Request readEcdhEs() {
    return read(agreed);
  }

  /** ECDH-ES+A256KW. */
  @Benchmark
  public Request readEcdhEsA256kw() {
    return read(wrapped);
  }

  /** RSA-OAEP-256 with 2048 bits. */
  @Benchmark
  public Request readRsa2048() {
    return read(rsa2048);
  }

  /** RSA-OAEP-256 with 4096 bits. */
  @Benchmark
  public Request readRsa4096() {
    return read(rsa4096);
  }

  private static byte[] request(JWEAlgorithm alg, JWK key) throws JOSEException {
    JWEHeader header =
        new JWEHeader.Builder(alg, EncryptionMethod.A256GCM).keyID(key.getKeyID()).build();
    JWEObject jwe = new JWEObject(header, new Payload("968a8b637a5040159424872fffdb895b"));
    jwe.encrypt(key instanceof ECKey ec ? new ECDHEncrypter(ec) : new RSAEncrypter(key.toRSAKey()));
    return ("{\"api_securekey_jwe\":\"" + jwe.serialize() + "\"}").getBytes(StandardCharsets.UTF_8);
  }

  private Request read(byte[] value) {
    return reader.read(SOURCE, "standard", value, name -> null, NOW, NOW);
  }
}
