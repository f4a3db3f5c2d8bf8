package dev.revoker.message;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.revoker.model.Request;
import java.util.Arrays;
import java.util.Map;

/** Any bytes are a request or a rejected one, with a result that shows no key. */
class RequestReaderFuzz {
  /** Two lines for headers, then the value. */
  @FuzzTest
  @DictionaryEntries({
    "\\\"api_securekey\\\":\\\"968a8b637a5040159424872fffdb895b\\\"",
    "\\\"api_token\\\":",
    "\\\"account\\\":\\\"acme\\\"",
    "\\\"request_id\\\":",
    "\\\"reason\\\":",
    "\\\"requested_by\\\":",
    "\\\"requested_at\\\":\\\"2026-11-23T10:00:00Z\\\"",
    "\\\"not_after\\\":\\\"2026-11-23T10:00:00Z\\\"",
    "\\\"labels\\\":{",
    "968a8b637a5040159424872fffdb895b",
    "%39%36%38%61",
    "\\\\u0039"
  })
  void anyBytesHaveOneSoundResult(byte[] input) {
    int first = end(input, 0);
    int second = end(input, first + 1);
    byte[] value = Arrays.copyOfRange(input, Math.min(second + 1, input.length), input.length);
    Map<String, byte[]> headers =
        Map.of(
            "ce_id", Arrays.copyOf(input, first),
            "tracestate", Arrays.copyOfRange(input, Math.min(first + 1, second), second));
    Request request =
        Fixture.READER.read(
            Fixture.SOURCE, "standard", value, headers::get, Fixture.RECORD_TIME, Fixture.RECEIVED);

    Agreement.assertAgreed(value, request);
    RandomRequestsTest.assertSound(request);
    RandomRequestsTest.assertNoSecretOf(value, request.echo());
    if (request instanceof Request.Valid valid && valid.key().reveal().length() > 15) {
      String shown = new String(new ResultWriter("w", "r").value(result(valid)), UTF_8);
      if (shown.contains(valid.key().reveal())) {
        throw new AssertionError("the key stands in " + shown);
      }
    }
  }

  private static dev.revoker.model.Result result(Request.Valid valid) {
    return RandomRequestsTest.result(valid);
  }

  private static int end(byte[] input, int from) {
    int at = Math.min(from, input.length);
    while (at < input.length && input[at] != '\n') {
      at++;
    }
    return at;
  }
}
