package dev.revoker.submit;

import static dev.revoker.submit.Trial.KEY;
import static dev.revoker.submit.Trial.OTHER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.message.Fingerprints;
import dev.revoker.message.RequestReader;
import dev.revoker.model.Request;
import dev.revoker.model.Source;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Every invalid row is reported by line and reason, never by its key, and nothing is sent. */
class BadRowsTest {
  private static final RequestReader WORKERS =
      new RequestReader(Set.of("acme"), "acme", new Fingerprints(null));

  @Test
  void everyInvalidRowIsNamedByItsLine() {
    Trial trial =
        Trial.of(
            "api_securekey,reason,not_after\n"
                + KEY
                + ",fine,\n"
                + KEY
                + "x,wrong,\n"
                + "\n"
                + KEY
                + ",\"two\nlines\",\n"
                + KEY
                + ",no\n"
                + ",no key,\n"
                + KEY
                + ","
                + "r".repeat(257)
                + ",tomorrow\n");
    assertThat(trial.done).isFalse();
    assertThat(trial.out.toString()).isEmpty();
    assertThat(trial.bad())
        .containsExactly(
            "line 3: api_securekey must be 8 to 256 hex digits",
            "line 7: it has 2 fields, the header has 3",
            "line 8: api_securekey is required",
            "line 9: not_after must be an RFC 3339 time with seconds and an offset;"
                + " reason must have at most 256 characters");
    assertThat(trial.err.toString()).contains("4 of 6 rows are not valid: nothing was sent");
    assertThat(trial.printed()).doesNotContain(KEY);
  }

  @Test
  void skipInvalidSendsTheValidRows() {
    Trial trial = Trial.of(KEY + "\nzz\n" + OTHER + "\n", null, Trial.NOTHING, true);
    assertThat(trial.requests()).hasSize(2);
    assertThat(trial.requests().get(1).get("request_id").asString()).endsWith("/3");
    assertThat(trial.requests().get(1).get("labels").get("row").asString()).isEqualTo("3/2");
    assertThat(trial.done).as("not all of it was sent").isFalse();
  }

  /** One message, and not one for each of a million rows. */
  @Test
  void optionsAreValidatedOnceBeforeAnyRow() {
    Trial late =
        Trial.of(KEY, null, new SubmitOptions.Defaults(null, null, null, "soon", Map.of()), false);
    assertThat(late.fault).startsWith("options: not_after must be");
    Map<String, String> own = Map.of("batch", "mine");
    assertThat(
            Trial.of(KEY, null, new SubmitOptions.Defaults(null, null, null, null, own), false)
                .fault)
        .isEqualTo("options: the labels batch and row are reserved for submit");
    assertThat(late.bad()).isEmpty();
  }

  @Test
  void theBatchReservesTwoLabels() {
    String labels =
        IntStream.rangeClosed(1, 15)
            .mapToObj("\"l%d\":\"\""::formatted)
            .collect(Collectors.joining(","));
    assertThat(Trial.of("{\"api_securekey\":\"" + KEY + "\",\"labels\":{" + labels + "}}").bad())
        .containsExactly("line 1: labels must be at most 14, because the batch adds two");
    assertThat(Trial.of("{\"api_securekey\":\"" + KEY + "\",\"labels\":{\"row\":\"1\"}}").bad())
        .containsExactly("line 1: the labels batch and row are reserved for submit");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"api_securekey\":\"%1$s\",\"api_securekey\":\"%1$s\"}",
        "{\"api_securekey\":\"%1$s\"} {}",
        "{\"api_securekey\":\"%1$s\"",
        "{\"api_securekey\":%1$s}",
        "{\"api_securekey\":\"%1$s\",\"reason\":7}",
        "{\"api_securekey\":\"%1$s\",\"x\":{\"a\":1,\"a\":1}}"
      })
  void ndjsonIsReadAsStrictlyAsByTheWorker(String line) {
    Trial trial = Trial.of(line.formatted(KEY) + "\n");
    assertThat(trial.bad()).singleElement().asString().startsWith("line 1: ");
    assertThat(trial.printed()).doesNotContain(KEY);
  }

  /** Otherwise the following rows would become the text of a field, which results publish. */
  @Test
  void anOpenQuoteAcrossRowsIsReported() {
    Trial trial =
        Trial.of(
            "api_securekey,reason\n"
                + KEY
                + ",\"left\n"
                + OTHER
                + ",left\"\n"
                + KEY
                + ",\"he left\non Monday\"\n");

    assertThat(trial.bad())
        .containsExactly(
            "line 2: a field continues on the next line and has a key there: is a quote left"
                + " open?");
    assertThat(trial.printed()).doesNotContain(OTHER);
  }

  @Test
  void skipInvalidDoesNotSkipTheRestAfterBrokenCsv() {
    Trial trial =
        Trial.of(
            "api_securekey,reason\n" + KEY + ",a\n" + KEY + ",\"never closed\n" + OTHER + ",b\n",
            null,
            Trial.NOTHING,
            true);

    assertThat(trial.done).isFalse();
    assertThat(trial.out.toString()).isEmpty();
    assertThat(trial.fault).contains("not even --skip-invalid", "nothing was sent");
  }

  /** The size is not known while rows are validated, and must not make a row too large later. */
  @Test
  void aValidRowStaysValidWhateverTheSizeOfTheBatch() {
    RequestComposer composer = new RequestComposer(new Fingerprints(null), Trial.NOTHING);
    ObjectNode request = JsonNodeFactory.instance.objectNode().put("api_securekey", KEY);
    Row smallest = composer.row(new Row.Parsed(1, request.deepCopy()), 5, new SubmitBatch("b", 0));
    int filling = RequestReader.MAX_VALUE_BYTES - ((Row.Valid) smallest).value().length;
    request.put("x", "x".repeat(filling - ",\"x\":\"\"".length()));

    assertThat(composer.row(new Row.Parsed(1, request.deepCopy()), 5, new SubmitBatch("b", 0)))
        .isInstanceOf(Row.Valid.class);
    assertThat(
            composer.row(new Row.Parsed(1, request.deepCopy()), 5, new SubmitBatch("b", 9_999_999)))
        .isInstanceOf(Row.Valid.class);
  }

  @Test
  void brokenCsvIsReportedWithoutItsContent() {
    Trial trial = Trial.of("api_securekey,reason\n" + KEY + ",a\n" + KEY + ",\"never closed\n");
    assertThat(trial.bad()).singleElement().asString().startsWith("line 3: from here on");
    Trial latin =
        Trial.of(
            ("api_securekey,reason\n" + KEY + ",\u00e9\n").getBytes(StandardCharsets.ISO_8859_1),
            null,
            Trial.NOTHING,
            false);
    assertThat(latin.bad()).containsExactly("line 2: it is not UTF-8; save the file as UTF-8");
    assertThat(trial.printed() + latin.printed()).doesNotContain(KEY);
  }

  @Test
  void aLongLineIsRejected() {
    Trial trial =
        Trial.of("{\"api_securekey\":\"" + KEY + "\",\"x\":\"" + "a".repeat(200_000) + "\"}");
    assertThat(trial.bad()).containsExactly("line 1: the line is longer than 65536 bytes");
  }

  /** Mutated rows: submit accepts a row exactly if the worker accepts it. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void submitRejectsExactlyWhatTheWorkerRejects(long seed) {
    Random random = new Random(seed);
    RequestComposer composer = new RequestComposer(new Fingerprints(null), Trial.NOTHING);
    SubmitBatch batch = new SubmitBatch("b", 1);
    int taken = 0;
    for (int run = 0; run < 3_000; run++) {
      byte[] line = mutated(random);
      boolean worker = !(read(line) instanceof Request.Invalid);
      Row row = row(line, composer, batch);
      assertThat(row instanceof Row.Valid)
          .as(new String(line, StandardCharsets.UTF_8))
          .isEqualTo(worker);
      if (row instanceof Row.Valid good) {
        taken++;
        assertThat(read(good.value())).isInstanceOf(Request.Valid.class);
      }
    }
    assertThat(taken).isBetween(300, 2_900);
  }

  private static Row row(byte[] line, RequestComposer composer, SubmitBatch batch) {
    try {
      Row.Raw raw = LineRows.ndjson(new java.io.ByteArrayInputStream(line), composer).next();
      return composer.row(raw, 1, batch);
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Request read(byte[] value) {
    return WORKERS.read(
        new Source("t", 0, 0), "l", value, name -> null, Instant.EPOCH, Instant.EPOCH);
  }

  private static byte[] mutated(Random random) {
    byte[] line =
        "{\"api_securekey\":\"%s\",\"reason\":\"\u00fcx\",\"labels\":{\"a\":\"1\"},\"not_after\":\"2030-01-01T00:00:00Z\",\"z\":[1.5]}"
            .formatted(KEY)
            .getBytes(StandardCharsets.UTF_8);
    List<String> scraps = List.of("\"", "}", "{", ",", "0", "\\", "a", ":", "\u00e9", "null", "e");
    for (int i = random.nextInt(3); i > 0; i--) {
      int at = random.nextInt(line.length);
      byte[] scrap = scraps.get(random.nextInt(scraps.size())).getBytes(StandardCharsets.UTF_8);
      int cut = random.nextInt(3);
      java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
      out.write(line, 0, at);
      out.writeBytes(scrap);
      out.write(line, Math.min(line.length, at + cut), Math.max(0, line.length - at - cut));
      line = out.toByteArray();
    }
    return line;
  }
}
