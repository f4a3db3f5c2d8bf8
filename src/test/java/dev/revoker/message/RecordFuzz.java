package dev.revoker.message;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.revoker.contract.Published;
import dev.revoker.model.Outcome;
import dev.revoker.model.Request;
import dev.revoker.model.Result;
import dev.revoker.model.Result.KeyState;
import dev.revoker.model.ResultError;
import dev.revoker.model.Source;
import dev.revoker.ops.Meters;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What happens to a record from end to end: reader, redaction, the API's comment, meters, writer.
 * No bytes, headers or timestamps make any of them throw, show a secret or take long.
 */
class RecordFuzz {
  private static final long LIMIT_NANOS = 500_000_000;
  private static final JsonMapper JSON = new JsonMapper();
  private static final ResultWriter WRITER = new ResultWriter("w-1", "revoker");
  private static final Meters METERS =
      new Meters(new SimpleMeterRegistry(), List.of("urgent", "standard"), List.of("acme"));
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final AtomicLong RECORDS = new AtomicLong();

  static {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> System.err.println("RecordFuzz: " + RECORDS + " records")));
    // Loads the classes, which takes longer than any record.
    check(
        "12345678\n\n\n&#57;%39\n{\"api_securekey\":\"968a8b637a50\"}".getBytes(UTF_8),
        Long.MAX_VALUE);
  }

  /**
   * Eight bytes of a timestamp, one that says how often the middle of the value is repeated, then
   * lines: {@code ce_id}, {@code tracestate}, the API's comment, the value.
   */
  @FuzzTest
  @DictionaryEntries({
    "\\\"api_securekey\\\":\\\"968a8b637a5040159424872fffdb895b\\\"",
    "\\\"api_token\\\":\\\"7ca5dc5c7cce449fb0fff719307e8f5f\\\"",
    "\\\"request_id\\\":",
    "\\\"reason\\\":\\\"",
    "\\\"requested_at\\\":\\\"0001-01-01T00:00:00Z\\\"",
    "\\\"labels\\\":{",
    "968a8b637a5040159424872fffdb895b",
    "968a8b63-7a50-4015-9424-872fffdb895b",
    "OTY4YThiNjM3YTUwNDAxNTk0MjQ4NzJmZmZkYjg5NWI",
    "%39%36%38%61",
    "&#57;",
    "%2525",
    "\\\\u0039"
  })
  void noRecordThrowsShowsASecretOrTakesLong(byte[] input) {
    if (input.length >= 9) {
      RECORDS.incrementAndGet();
      check(input, LIMIT_NANOS);
    }
  }

  private static void check(byte[] input, long limitNanos) {
    Instant timestamp = Instant.ofEpochMilli(ByteBuffer.wrap(input).getLong());
    int first = end(input, 9);
    int second = end(input, first + 1);
    int third = end(input, second + 1);
    byte[] value = inflated(range(input, third + 1, input.length), input[8] & 0xff);
    String comment = new String(range(input, second + 1, third), UTF_8);
    Map<String, byte[]> headers =
        Map.of("ce_id", range(input, 9, first), "tracestate", range(input, first + 1, second));

    long before = THREADS.getCurrentThreadCpuTime();
    Request request =
        Fixture.READER.read(
            new Source("key-revocations", 3, 42),
            "standard",
            value,
            headers::get,
            timestamp,
            Fixture.RECEIVED);
    Result result = result(request, comment);
    METERS.answered(result, Fixture.RECEIVED);
    byte[] written = WRITER.value(result);
    Map<String, byte[]> shownHeaders = WRITER.headers(result);
    long took = THREADS.getCurrentThreadCpuTime() - before;

    if (took > limitNanos) {
      throw new AssertionError("took " + took / 1_000_000 + " ms");
    }
    JsonNode json = JSON.readTree(written);
    Published.assertResult(json);
    RandomRequestsTest.assertNoSecretOf(value, request.echo());
    if (request instanceof Request.Valid valid) {
      assertNoPartOf(valid.key().reveal(), json);
      if (valid.apiToken() != null && valid.apiToken().reveal().length() >= 8) {
        assertNoPartOf(valid.apiToken().reveal(), json);
      }
      String all =
          new String(written, UTF_8)
              + shownHeaders.values().stream().map(text -> new String(text, UTF_8)).toList();
      if (valid.key().reveal().length() > 15
          && all.toLowerCase(Locale.ROOT).contains(valid.key().reveal().toLowerCase(Locale.ROOT))) {
        throw new AssertionError("the key stands in " + all);
      }
    }
  }

  private static Result result(Request request, String comment) {
    return switch (request) {
      case Request.Invalid invalid -> Result.rejected(invalid, Fixture.RECEIVED);
      case Request.Valid valid -> {
        String shown = Redactor.of(valid.key(), valid.apiToken()).redact(comment);
        ResultError error = new ResultError("INVALID_QUERY", shown);
        yield new Result(
            valid, Outcome.REFUSED, KeyState.ASSUMED_ACTIVE, 400, error, 1, 0, Fixture.RECEIVED);
      }
    };
  }

  /** Of what is masked: no eight digits in a row, whatever stands between them. */
  private static void assertNoPartOf(String secret, JsonNode json) {
    List<String> texts = new ArrayList<>();
    texts.add(json.get("reason").asString(""));
    texts.add(json.get("requested_by").asString(""));
    texts.add(json.path("error").path("comment").asString(""));
    json.get("labels")
        .properties()
        .forEach(l -> texts.addAll(List.of(l.getKey(), l.getValue().asString())));
    String digits = secret.toLowerCase(Locale.ROOT);
    for (String text : texts) {
      String joined = joined(text);
      for (int at = 0; at + 8 <= digits.length(); at++) {
        if (joined.contains(digits.substring(at, at + 8))) {
          throw new AssertionError("a part of the secret stands in " + text);
        }
      }
    }
  }

  /** Without separators; a letter that is not ASCII separates nothing. */
  private static String joined(String text) {
    StringBuilder joined = new StringBuilder();
    text.codePoints()
        .filter(Character::isLetterOrDigit)
        .forEach(c -> joined.append(c < 0x80 ? (char) Character.toLowerCase(c) : '\uFFFD'));
    return joined.toString();
  }

  /** A fuzzer's inputs are short, and only long ones take long. */
  private static byte[] inflated(byte[] value, int times) {
    int from = value.length / 3;
    int to = value.length - from;
    int middle = to - from;
    int copies =
        middle == 0 ? 0 : Math.min(times, (RequestReader.MAX_VALUE_BYTES - value.length) / middle);
    byte[] made = Arrays.copyOf(value, value.length + Math.max(0, copies) * middle);
    for (int i = 0; i < copies; i++) {
      System.arraycopy(value, from, made, to + i * middle, middle);
    }
    System.arraycopy(value, to, made, made.length - from, from);
    return made;
  }

  private static byte[] range(byte[] input, int from, int to) {
    int start = Math.min(from, input.length);
    return Arrays.copyOfRange(input, start, Math.max(start, Math.min(to, input.length)));
  }

  private static int end(byte[] input, int from) {
    int at = Math.min(from, input.length);
    while (at < input.length && input[at] != '\n') {
      at++;
    }
    return at;
  }
}
