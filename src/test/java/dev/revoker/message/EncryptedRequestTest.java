package dev.revoker.message;

import static dev.revoker.message.Fixture.FINGERPRINTS;
import static dev.revoker.message.Fixture.KEY;
import static dev.revoker.message.Fixture.TOKEN;
import static dev.revoker.message.Fixture.invalid;
import static dev.revoker.message.Fixture.valid;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.CompressionAlgorithm;
import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEEncrypter;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.AESDecrypter;
import com.nimbusds.jose.crypto.DirectEncrypter;
import com.nimbusds.jose.crypto.ECDHEncrypter;
import com.nimbusds.jose.crypto.RSADecrypter;
import com.nimbusds.jose.crypto.RSAEncrypter;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import dev.revoker.model.Request;
import dev.revoker.model.ResultError;
import dev.revoker.model.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.text.ParseException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Keys and tokens that are encrypted for the worker. */
class EncryptedRequestTest {
  private static final JsonMapper JSON = new JsonMapper();

  /** RFC 7518, appendix C. */
  private static final String ALICE =
      """
      {"kty":"EC","crv":"P-256","x":"gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0",
       "y":"SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps",
       "d":"0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo"}
      """;

  private static final String BOB =
      """
      {"kty":"EC","crv":"P-256","kid":"bob","x":"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
       "y":"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck",
       "d":"VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw"}
      """;

  @TempDir Path folder;
  private Path file;
  private RequestReader reader;
  private RSAKey rsa;
  private ECKey bob;

  @BeforeEach
  void keys() throws Exception {
    file = folder.resolve("private.jwks");
    rsa = (RSAKey) JWKSet.parse(resource("rfc7516.jwks")).getKeyByKeyId("a1");
    bob = ECKey.parse(BOB);
    write(bob, rsa);
    reader = reader(false);
  }

  private RequestReader reader(boolean required) throws KeySet.UnusableException {
    return new RequestReader(Set.of("acme"), "acme", FINGERPRINTS, Decryption.with(file, required));
  }

  static Stream<JWEHeader> allowed() {
    return Stream.of(JWEAlgorithm.ECDH_ES, JWEAlgorithm.ECDH_ES_A256KW, JWEAlgorithm.RSA_OAEP_256)
        .flatMap(
            alg ->
                Stream.of(EncryptionMethod.A256GCM, EncryptionMethod.A128GCM)
                    .map(
                        enc ->
                            new JWEHeader.Builder(alg, enc)
                                .keyID(alg.equals(JWEAlgorithm.RSA_OAEP_256) ? "a1" : "bob")
                                .build()));
  }

  @ParameterizedTest
  @MethodSource("allowed")
  void anEncryptedRequestIsTheSameAsOneInTheClear(JWEHeader header) throws Exception {
    String json =
        "{\"api_securekey_jwe\":\"%s\",\"api_token_jwe\":\"%s\"}"
            .formatted(jwe(header, KEY), jwe(header, TOKEN));
    assertThat(valid(read(json))).isEqualTo(valid(Fixture.with("\"api_token\":\"" + TOKEN + "\"")));
  }

  /** The agreed key is the RFC's; the JDK encrypts with it. */
  @Test
  void theExampleOfRfc7518AppendixCIsDecrypted() throws Exception {
    JWEHeader header =
        new JWEHeader.Builder(JWEAlgorithm.ECDH_ES, EncryptionMethod.A128GCM)
            .keyID("bob")
            .agreementPartyUInfo(Base64URL.encode("Alice"))
            .agreementPartyVInfo(Base64URL.encode("Bob"))
            .ephemeralPublicKey(ECKey.parse(ALICE).toPublicJWK())
            .build();
    byte[] agreed = Base64.getUrlDecoder().decode("VqqN6vgjbSBcIijNcacQGg");
    String jwe = sealed(header, agreed, KEY);
    assertThat(valid(read(keyJwe(jwe))).key().reveal()).isEqualTo(KEY);
  }

  static Stream<JsonNode> examplesOfRfc7516() throws IOException {
    return JSON.readTree(resource("rfc7516-appendix-a.json")).valueStream();
  }

  /** The library decrypts A.1 to A.3, so the examples are copied well. None of them is allowed. */
  @ParameterizedTest
  @MethodSource("examplesOfRfc7516")
  void theExamplesOfRfc7516AppendixAAreRejected(JsonNode example) throws Exception {
    String jwe = example.get("jwe").asString();
    if (example.has("key")) {
      JWEObject sound = JWEObject.parse(jwe);
      JWK key = JWK.parse(example.get("key").toString());
      sound.decrypt(
          key instanceof OctetSequenceKey oct
              ? new AESDecrypter(oct)
              : new RSADecrypter((RSAKey) key));
      assertThat(sound.getPayload().toString()).isEqualTo(example.get("plaintext").asString());
    }
    assertRejected(jwe, example.has("key") ? "must have the alg " : "must be a compact JWE");
  }

  static Stream<List<String>> forbidden() throws Exception {
    ECKey bob = ECKey.parse(BOB);
    byte[] secret = new byte[32];
    JWEHeader.Builder sound =
        new JWEHeader.Builder(JWEAlgorithm.ECDH_ES, EncryptionMethod.A256GCM).keyID("bob");
    String whole = encrypted(sound.build(), KEY, new ECDHEncrypter(bob));
    return Stream.of(
        List.of(
            "must have neither zip nor crit",
            encrypted(
                new JWEHeader.Builder(sound.build())
                    .compressionAlgorithm(CompressionAlgorithm.DEF)
                    .build(),
                KEY,
                new ECDHEncrypter(bob))),
        List.of("must have neither zip nor crit", withHeader(whole, "crit", List.of("x"))),
        List.of(
            "must have the alg ",
            encrypted(
                new JWEHeader.Builder(JWEAlgorithm.DIR, EncryptionMethod.A256GCM)
                    .keyID("bob")
                    .build(),
                KEY,
                new DirectEncrypter(secret))),
        List.of("must have the alg ", withHeader(whole, "alg", "RSA1_5")),
        List.of("must be a compact JWE", withHeader(whole, "alg", "none")),
        List.of("must have the alg ", withHeader(whole, "alg", "ECDH-ES+A128KW")),
        List.of("must have the enc ", withHeader(whole, "enc", "A128CBC-HS256")),
        List.of(
            "must have a kid",
            encrypted(
                new JWEHeader.Builder(JWEAlgorithm.ECDH_ES, EncryptionMethod.A256GCM).build(),
                KEY,
                new ECDHEncrypter(bob))),
        List.of("must have an alg that fits", withHeader(whole, "kid", "a1")),
        List.of("cannot be decrypted", withHeader(whole, "x", "y")),
        List.of("cannot be decrypted", whole.substring(0, whole.length() - 6) + "AAAAAA"),
        List.of("must be a compact JWE", whole + ".AA"),
        List.of("must be a compact JWE", ""),
        List.of("must be a compact JWE", KEY),
        List.of("must hold 8 to 256 hex digits", jwe(bob, KEY + "\n")),
        List.of("must hold 8 to 256 hex digits", jwe(bob, "")),
        List.of("must hold 8 to 256 hex digits", jwe(bob, "0".repeat(257))));
  }

  @ParameterizedTest
  @MethodSource("forbidden")
  void anythingElseIsRejectedAndNotQuoted(List<String> whyAndJwe) {
    assertRejected(whyAndJwe.get(1), whyAndJwe.get(0));
  }

  @Test
  void aPasswordCountThatWouldTakeForeverIsNotEvenLookedAt() {
    String header =
        "{\"alg\":\"PBES2-HS512+A256KW\",\"enc\":\"A256GCM\",\"kid\":\"bob\",\"p2s\":\"AAAAAAAAAAA\","
            + "\"p2c\":2147483647}";
    assertRejected(Base64URL.encode(header) + ".AA.AA.AA.AA", "must have the alg ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"alg", "enc", "epk"})
  void aHeaderParameterThatIsNullIsNoDefectOfTheWorker(String name) {
    String header = "{\"alg\":\"ECDH-ES\",\"enc\":\"A256GCM\",\"kid\":\"bob\",\"%s\":null}";
    String twice = header.formatted(name).replace("\"" + name + "\":\"", "\"x\":\"");
    assertRejected(Base64URL.encode(twice) + "..AA.AA.AA", "must be a compact JWE");
  }

  @Test
  void aPointOffTheCurveCannotBeDecrypted() throws Exception {
    JWEHeader header =
        new JWEHeader.Builder(JWEAlgorithm.ECDH_ES, EncryptionMethod.A256GCM).keyID("bob").build();
    String sound = jwe(header, KEY);
    String off =
        withHeader(
            sound,
            "epk",
            Map.of(
                "kty",
                "EC",
                "crv",
                "P-256",
                "x",
                "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0",
                "y",
                "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0"));
    assertRejected(off, "");
  }

  @Test
  void anUnknownKidIsRetriable() throws Exception {
    ECKey other = new ECKeyGenerator(Curve.P_256).keyID("other").generate();
    Request.Invalid request = invalid(read(keyJwe(jwe(other, KEY))));
    assertThat(request.error())
        .isEqualTo(
            new ResultError(
                ResultError.UNKNOWN_ENCRYPTION_KEY,
                "api_securekey_jwe is encrypted with a key that this worker does not have"));
    assertThat(request.echo().keyFingerprint()).isNull();

    String both = "\"api_token_jwe\":\"" + jwe(other, TOKEN) + "\"";
    Request.Invalid token = invalid(read(Fixture.with(both)));
    assertThat(token.error().type()).isEqualTo(ResultError.UNKNOWN_ENCRYPTION_KEY);
    assertThat(invalid(read(Fixture.with(both + ",\"reason\":7"))).error().type())
        .as("what no key repairs counts first")
        .isEqualTo(ResultError.MALFORMED_REQUEST);
  }

  @Test
  void withoutKeysEveryKidIsUnknown() throws Exception {
    assertThat(invalid(Fixture.read(keyJwe(jwe(bob, KEY)))).error().type())
        .isEqualTo(ResultError.UNKNOWN_ENCRYPTION_KEY);
  }

  @Test
  void aChangedFileIsReadAgain() throws Exception {
    ECKey next = new ECKeyGenerator(Curve.P_256).keyID("next").generate();
    String forNext = keyJwe(jwe(next, KEY));
    invalid(read(forNext));

    write(bob, next);
    valid(read(forNext));
    valid(read(keyJwe(jwe(bob, KEY))));

    Files.writeString(file, "{\"keys\":[{}");
    valid(read(forNext));
    Files.writeString(file, "null");
    valid(read(forNext));

    write(next);
    valid(read(forNext));
    assertThat(invalid(read(keyJwe(jwe(bob, KEY)))).error().type())
        .isEqualTo(ResultError.UNKNOWN_ENCRYPTION_KEY);

    Files.delete(file);
    valid(read(forNext));
  }

  @ParameterizedTest
  @ValueSource(strings = {"api_securekey", "api_token"})
  void inTheClearAndEncryptedExcludeEachOther(String field) throws Exception {
    String both = "\"%s\":\"%s\",\"%s_jwe\":\"%s\"".formatted(field, TOKEN, field, jwe(bob, TOKEN));
    String json =
        field.equals("api_token")
            ? Fixture.with(both)
            : "{" + both + ",\"reason\":\"" + TOKEN + "\"}";
    Request.Invalid request = invalid(read(json));
    assertThat(request.error().comment())
        .isEqualTo("%s and %s_jwe exclude each other".formatted(field, field));
    assertThat(request.echo().toString()).doesNotContain(TOKEN);
  }

  @Test
  void encryptionCanBeRequired() throws Exception {
    reader = reader(true);
    assertThat(invalid(read(Fixture.with(""))).error().comment())
        .isEqualTo(
            "api_securekey must not be sent in the clear here; encrypt it as api_securekey_jwe");
    String key = "{\"api_securekey_jwe\":\"" + jwe(bob, KEY) + "\"";
    assertThat(invalid(read(key + ",\"api_token\":\"" + TOKEN + "\"}")).error().comment())
        .isEqualTo("api_token must not be sent in the clear here; encrypt it as api_token_jwe");
    valid(read(key + ",\"api_token_jwe\":\"" + jwe(bob, TOKEN) + "\"}"));
  }

  @Test
  void decryptedSecretsAreMaskedAsThoseInTheClear() throws Exception {
    for (String text : new String[] {KEY, KEY + "!"}) {
      String json =
          """
          {"api_securekey_jwe":"%s","request_id":"%s","reason":"found %s here","labels":{"k":"%s"}}
          """
              .formatted(jwe(bob, text), KEY, KEY, KEY);
      Request request = read(json);
      assertThat(request.echo().requestId()).isEqualTo("key-revocations-3-42");
      assertThat(request.echo().reason()).isEqualTo("found *** here");
      assertThat(request.echo().labels()).isEqualTo(Map.of("k", "***"));
    }
  }

  /** The worker cannot know the secret, so it repeats nothing that may be one. */
  @Test
  void longHexDigitsAreNotRepeatedForARequestThatCannotBeDecrypted() throws Exception {
    ECKey other = new ECKeyGenerator(Curve.P_256).keyID("other").generate();
    String json =
        """
        {"api_securekey_jwe":"%s","request_id":"%s","reason":"found %s in 3 files",
         "labels":{"guid":"968a8b63-7a50-4015-9424-872fffdb895b","batch":"b-ghjkmnpqrstv","row":"1/12"}}
        """;
    for (String jwe : List.of(jwe(other, KEY), "not.a.jwe", jwe(bob, KEY) + "x")) {
      Request.Invalid request = invalid(read(json.formatted(jwe, KEY, KEY)));
      assertThat(request.echo().requestId()).isEqualTo("key-revocations-3-42");
      assertThat(request.echo().reason()).isEqualTo("found *** in 3 files");
      assertThat(request.echo().labels())
          .isEqualTo(Map.of("guid", "***", "batch", "b-ghjkmnpqrstv", "row", "1/12"));
    }
    for (String id :
        List.of("scan-20261201-1", "b7a5b0ce-0b0f-4f35-8a2a-4f3a0d6b7c11", "b-ghjkmnpqrstv/7")) {
      assertThat(read(json.formatted(jwe(other, KEY), id, "")).echo().requestId()).isEqualTo(id);
    }
  }

  /** Somebody mixes up the two fields. */
  @Test
  void aKeyInTheClearInTheEncryptedFieldIsMaskedToo() {
    Request request =
        invalid(read("{\"api_securekey_jwe\":\"" + KEY + "\",\"reason\":\"key " + KEY + "\"}"));
    assertThat(request.echo().reason()).isEqualTo("key ***");
  }

  @Test
  void whatEncryptionWritesIsRead() throws Exception {
    for (JWK key : List.of(bob, rsa)) {
      Path publicKeys = folder.resolve("public.jwks");
      Files.writeString(publicKeys, new JWKSet(key).toString(true));
      String jwe = Encryption.with(publicKeys).encrypt(Secret.of(KEY));
      assertThat(valid(read(keyJwe(jwe))).key().reveal()).isEqualTo(KEY);
    }
    Encryption.Pair pair = Encryption.Pair.generate("2026-12");
    Files.writeString(file, pair.privateSet().reveal());
    Path publicKeys = folder.resolve("pair.jwks");
    Files.writeString(publicKeys, pair.publicSet());
    assertThat(pair.publicSet()).doesNotContain("\"d\"");
    String jwe = Encryption.with(publicKeys).encrypt(Secret.of(KEY));
    assertThat(valid(read(keyJwe(jwe))).key().reveal()).isEqualTo(KEY);
  }

  private void assertRejected(String jwe, String why) {
    String json = JSON.writeValueAsString(Map.of("api_securekey_jwe", jwe, "request_id", "r-1"));
    Request.Invalid request = invalid(read(json));
    assertThat(request.error().type()).isEqualTo(ResultError.MALFORMED_REQUEST);
    assertThat(request.error().comment()).startsWith("api_securekey_jwe " + why);
    assertThat(request.echo().requestId()).isEqualTo("r-1");
    for (String part : jwe.split("[^A-Za-z0-9_-]+", -1)) {
      if (part.length() > 7) {
        assertThat(request.toString()).doesNotContain(part);
      }
    }
  }

  private Request read(String json) {
    return reader.read(
        Fixture.SOURCE,
        "standard",
        json.getBytes(java.nio.charset.StandardCharsets.UTF_8),
        name -> null,
        Fixture.RECORD_TIME,
        Fixture.RECEIVED);
  }

  private static String keyJwe(String jwe) {
    return "{\"api_securekey_jwe\":\"" + jwe + "\"}";
  }

  private String jwe(JWEHeader header, String plaintext) throws JOSEException {
    return encrypted(
        header,
        plaintext,
        header.getAlgorithm().equals(JWEAlgorithm.RSA_OAEP_256)
            ? new RSAEncrypter(rsa)
            : new ECDHEncrypter(bob));
  }

  private static String jwe(ECKey key, String plaintext) throws JOSEException {
    JWEHeader header =
        new JWEHeader.Builder(JWEAlgorithm.ECDH_ES_A256KW, EncryptionMethod.A256GCM)
            .keyID(key.getKeyID())
            .build();
    return encrypted(header, plaintext, new ECDHEncrypter(key));
  }

  private static String encrypted(JWEHeader header, String plaintext, JWEEncrypter with)
      throws JOSEException {
    JWEObject jwe = new JWEObject(header, new Payload(plaintext.getBytes(US_ASCII)));
    jwe.encrypt(with);
    return jwe.serialize();
  }

  /** By the JDK alone. */
  private static String sealed(JWEHeader header, byte[] key, String plaintext)
      throws GeneralSecurityException {
    byte[] iv = new byte[12];
    Cipher gcm = Cipher.getInstance("AES/GCM/NoPadding");
    gcm.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, iv));
    gcm.updateAAD(header.toBase64URL().toString().getBytes(US_ASCII));
    byte[] all = gcm.doFinal(plaintext.getBytes(US_ASCII));
    byte[] text = java.util.Arrays.copyOf(all, all.length - 16);
    byte[] tag = java.util.Arrays.copyOfRange(all, all.length - 16, all.length);
    return header.toBase64URL()
        + ".."
        + Base64URL.encode(iv)
        + "."
        + Base64URL.encode(text)
        + "."
        + Base64URL.encode(tag);
  }

  private static String withHeader(String jwe, String name, Object value) throws ParseException {
    Map<String, Object> header = JWEObject.parse(jwe).getHeader().toJSONObject();
    header.put(name, value);
    return Base64URL.encode(JSON.writeValueAsString(header)) + jwe.substring(jwe.indexOf('.'));
  }

  private void write(JWK... keys) throws IOException {
    Files.writeString(file, new JWKSet(List.of(keys)).toString(false));
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = EncryptedRequestTest.class.getResourceAsStream("/jose/" + name)) {
      return new String(in.readAllBytes(), US_ASCII);
    }
  }
}
