package dev.revoker.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import dev.revoker.config.Config;
import dev.revoker.config.ConfigLoader;
import dev.revoker.config.Loaded;
import dev.revoker.message.Fingerprints;
import dev.revoker.message.RequestReader;
import dev.revoker.message.ResultWriter;
import dev.revoker.model.Outcome;
import dev.revoker.model.Request;
import dev.revoker.model.Result;
import dev.revoker.model.Result.KeyState;
import dev.revoker.model.Result.RevokedBy;
import dev.revoker.model.ResultError;
import dev.revoker.model.Secret;
import dev.revoker.model.Source;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Schemas, AsyncAPI document, their examples, parser and writer say the same. */
class PublishedContractTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final JsonNode REQUEST = Published.document("request.schema.json");
  private static final JsonNode RESULT = Published.document("result.schema.json");
  private static final JsonNode ASYNCAPI = Published.document("asyncapi.json");
  private static final RequestReader READER =
      new RequestReader(Set.of("main"), "main", new Fingerprints(null));
  private static final ResultWriter WRITER = new ResultWriter("w-1", "revoker");

  static Stream<JsonNode> requests() {
    return Stream.concat(REQUEST.get("examples").valueStream(), payloads("request"));
  }

  static Stream<JsonNode> results() {
    return Stream.of(
            RESULT.get("examples").valueStream(), payloads("succeeded"), payloads("failed"))
        .flatMap(one -> one);
  }

  @ParameterizedTest
  @MethodSource("requests")
  void exampleRequestsAreTaken(JsonNode example) {
    assertThat(Published.faultsOfRequest(example)).isEmpty();
    assertThat(read(example)).isInstanceOf(Request.Valid.class);
  }

  @ParameterizedTest
  @MethodSource("results")
  void exampleResultsAreSoundAndTellTheFingerprintOfTheExampleKey(JsonNode example) {
    Published.assertResult(example);
    JsonNode fingerprint = example.get("key_fingerprint");
    String key = REQUEST.get("examples").get(0).get("api_securekey").asString();
    assertThat(fingerprint.isNull() ? null : fingerprint.asString())
        .isIn(null, new Fingerprints(null).of(Secret.of(key)));
  }

  @Test
  void theAsyncApiDocumentHasTheSchemasAsTheyArePublished() {
    for (String name : List.of("request", "result")) {
      ObjectNode alone = (ObjectNode) Published.document(name + ".schema.json");
      alone.remove(List.of("$schema", "$id", "examples"));
      assertThat(ASYNCAPI.at("/components/schemas/" + name)).isEqualTo(alone);
    }
  }

  @Test
  void theAsyncApiDocumentRefersOnlyToWhatIsThere() {
    List<String> refs = new ArrayList<>();
    collectRefs(ASYNCAPI, refs);
    assertThat(refs)
        .isNotEmpty()
        .allSatisfy(
            ref -> assertThat(ASYNCAPI.at(ref.substring(1)).isMissingNode()).as(ref).isFalse());
  }

  @Test
  void channelsAreTheDefaultTopics() {
    Loaded loaded = ConfigLoader.load(null, Map.of("REVOKER_BOOTSTRAP_SERVERS", "b:1"));
    Config config = ((Loaded.Valid) loaded).config();
    Set<String> topics = new TreeSet<>(Set.of(config.resultsTopic()));
    config.lanes().forEach(lane -> topics.add(lane.topic()));
    Set<String> addresses = new TreeSet<>();
    ASYNCAPI.get("channels").forEach(channel -> addresses.add(channel.get("address").asString()));
    assertThat(addresses).isEqualTo(topics);
  }

  /** Each outcome as the worker writes it: value, headers, and the fields that the schema names. */
  @ParameterizedTest
  @EnumSource(Outcome.class)
  void whatTheWorkerWritesIsWhatIsPublished(Outcome outcome) {
    Result result = result(outcome);
    ObjectNode value = (ObjectNode) JSON.readTree(WRITER.value(result));
    Published.assertResult(value);
    Set<String> names = new TreeSet<>(RESULT.get("properties").propertyNames());
    if (outcome != Outcome.ALREADY_REVOKED) {
      names.remove("revoked_by");
    }
    assertThat(value.propertyNames()).containsExactlyInAnyOrderElementsOf(names);
    ObjectNode headers = JsonNodeFactory.instance.objectNode();
    WRITER
        .headers(result)
        .forEach((name, text) -> headers.put(name, new String(text, StandardCharsets.UTF_8)));
    String kind = outcome.success() ? "succeededHeaders" : "failedHeaders";
    JsonNode schema = ASYNCAPI.at("/components/schemas/" + kind);
    assertThat(Published.schema(schema).validate(headers)).isEmpty();
    assertThat(headers.propertyNames()).isSubsetOf(schema.get("properties").propertyNames());
  }

  @Test
  void exampleHeadersFitTheirSchemas() {
    for (String message : List.of("request", "succeeded", "failed")) {
      JsonNode schema = ASYNCAPI.at("/components/schemas/" + message + "Headers");
      Schema headers = Published.schema(schema);
      ASYNCAPI
          .at("/components/messages/" + message + "/examples")
          .valueStream()
          .filter(example -> example.has("headers"))
          .forEach(example -> assertThat(headers.validate(example.get("headers"))).isEmpty());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"status\":\"error\"}",
        "{\"outcome\":\"gone\"}",
        "{\"key_state\":\"unknown\"}",
        "{\"error\":{\"type\":\"T\",\"comment\":\"c\"}}",
        "{\"retriable\":true}",
        "{\"verification\":{}}",
        "{\"verification\":{\"username\":\"u\",\"before\":\"no\",\"after\":\"no\","
            + "\"checked_at\":\"2026-11-23T10:00:00.000Z\"}}",
        "{\"outcome\":\"already_revoked\"}",
        "{\"revoked_by\":{\"request_id\":\"r\",\"completed_at\":\"2026-11-23T10:00:00.000Z\"}}",
        "{\"attempts\":-1}",
        "{\"key_fingerprint\":\"968a8b637a5040159424872fffdb895b\"}",
        "{\"completed_at\":\"2026-11-23T10:00:00+01:00\"}",
        "{\"labels\":{\"a\":1}}"
      })
  void aResultThatContradictsItselfIsRefused(String change) {
    ObjectNode result = (ObjectNode) RESULT.get("examples").get(0).deepCopy();
    result.setAll((ObjectNode) JSON.readTree(change));
    assertThat(Published.faultsOfResult(result)).isNotEmpty();
  }

  /** Values of every kind and near every limit, in every field. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void whatTheParserRefusesTheSchemaRefusesAndNothingElse(long seed) {
    Random random = new Random(seed);
    int taken = 0;
    for (int run = 0; run < 2_500; run++) {
      ObjectNode request = mutated(random);
      boolean refused =
          read(request) instanceof Request.Invalid invalid
              && invalid.error().type().equals(ResultError.MALFORMED_REQUEST);
      assertThat(!Published.faultsOfRequest(request).isEmpty())
          .as(request.toString())
          .isEqualTo(refused);
      taken += refused ? 0 : 1;
    }
    assertThat(taken).isBetween(250, 2_250);
  }

  private static ObjectNode mutated(Random random) {
    ObjectNode request = (ObjectNode) REQUEST.get("examples").get(1).deepCopy();
    List<String> fields = new ArrayList<>(REQUEST.get("properties").propertyNames());
    fields.add("else");
    for (int i = random.nextInt(3); i >= 0; i--) {
      String field = fields.get(random.nextInt(fields.size()));
      switch (random.nextInt(6)) {
        case 0 -> request.remove(field);
        case 1 -> request.putNull(field);
        case 2 -> request.set(field, labels(random));
        case 3 ->
            request.set(field, JSON.readTree(pick(random, "7", "true", "[]", "[\"a\"]", "1.5e9")));
        default -> request.put(field, text(random, request.path(field).asString("")));
      }
    }
    return request;
  }

  private static ObjectNode labels(Random random) {
    ObjectNode labels = JsonNodeFactory.instance.objectNode();
    int size = random.nextInt(20);
    for (int i = 0; i < size; i++) {
      labels.put("l" + i, pick(random, "", "v", "\u00fc", "x".repeat(300)));
    }
    if (random.nextInt(5) == 0) {
      labels.set("odd", JSON.readTree(pick(random, "null", "1", "{}", "[\"a\"]")));
    }
    return labels;
  }

  private static String text(Random random, String before) {
    return switch (random.nextInt(6)) {
      case 0 ->
          pick(random, "a", "0", "g", "\u00fc", "\ud83d\udd11")
              .repeat(pickInt(random, 0, 1, 7, 8, 128, 129, 256, 257));
      case 1 ->
          pick(
              random,
              "2026-02-28T23:59:59Z",
              "2026-02-29T00:00:00Z",
              "2024-02-29T00:00:00z",
              "2016-12-31T23:59:60Z",
              "2016-12-31T22:59:60Z",
              "2017-01-01T00:59:60+01:00",
              "2026-11-23t10:00:00.123456789012-23:59",
              "2026-11-23T24:00:00Z",
              "2026-11-23T10:00:00+24:00",
              "2026-11-23T10:00:00",
              "2026-11-23T10:00:00.Z",
              "2026-11-23 10:00:00Z",
              "0000-01-01T00:00:00Z",
              "9999-12-31T23:59:59.999Z",
              "2026-13-01T00:00:00Z",
              "2026-11-31T00:00:00Z",
              "2026-11-23T10:00:00,5Z");
      case 2 -> before + pick(random, "\n", " ", "\u007f", "a", "~", "\u0000");
      case 3 -> before.isEmpty() ? "" : before.substring(random.nextInt(before.length()));
      case 4 -> {
        char[] chars = before.toCharArray();
        if (chars.length > 0) {
          chars[random.nextInt(chars.length)] =
              pick(random, "0", "a", "T", ":", "-", "Z", "z", "9", ".").charAt(0);
        }
        yield new String(chars);
      }
      default -> before;
    };
  }

  private static String pick(Random random, String... texts) {
    return texts[random.nextInt(texts.length)];
  }

  private static int pickInt(Random random, int... numbers) {
    return Arrays.stream(numbers).skip(random.nextInt(numbers.length)).findFirst().orElseThrow();
  }

  private static Request read(JsonNode request) {
    return READER.read(
        new Source("key-revocations", 0, 7),
        "standard",
        JSON.writeValueAsBytes(request),
        name -> null,
        Instant.EPOCH,
        Instant.EPOCH);
  }

  private static Result result(Outcome outcome) {
    Instant now = Instant.parse("2026-11-23T10:00:00Z");
    Request request = read(REQUEST.get("examples").get(1));
    KeyState state =
        switch (outcome) {
          case REVOKED, ALREADY_REVOKED -> KeyState.INACTIVE;
          case REFUSED, SESSION_FAILED, UNAVAILABLE -> KeyState.ASSUMED_ACTIVE;
          default -> KeyState.UNKNOWN;
        };
    ResultError error = outcome.success() ? null : new ResultError("T", "c");
    RevokedBy earlier = outcome == Outcome.ALREADY_REVOKED ? new RevokedBy("r-1", now) : null;
    Integer status = outcome.success() ? 204 : null;
    return new Result(request, outcome, state, "main", status, error, 1, 0, null, earlier, now);
  }

  private static Stream<JsonNode> payloads(String message) {
    return ASYNCAPI
        .at("/components/messages/" + message + "/examples")
        .valueStream()
        .map(example -> example.get("payload"));
  }

  private static void collectRefs(JsonNode node, List<String> refs) {
    if (node.path("$ref").isString()) {
      refs.add(node.get("$ref").asString());
    }
    node.forEach(child -> collectRefs(child, refs));
  }
}
