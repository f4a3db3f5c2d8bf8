package dev.revoker.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.contract.Published;
import dev.revoker.model.Request;
import dev.revoker.model.ResultError;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Parser and published schema say the same of a request. A schema sees only what could be parsed,
 * so what is no sound JSON object is not its matter.
 */
final class Agreement {
  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNumberLength(Integer.MAX_VALUE)
                          .maxNameLength(Integer.MAX_VALUE)
                          .maxNestingDepth(1_000)
                          .build())
                  .build())
          .enable(tools.jackson.databind.DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private Agreement() {}

  /** Where one refuses, the other does. */
  static void assertAgreed(byte[] value, Request request) {
    if (value == null
        || value.length > RequestReader.MAX_VALUE_BYTES
        || RequestJson.parse(value, false) instanceof RequestJson.Broken) {
      return;
    }
    boolean refused =
        request instanceof Request.Invalid invalid
            && invalid.error().type().equals(ResultError.MALFORMED_REQUEST)
            && !invalid.error().comment().equals("username holds a secret of the request");
    assertThat(!Published.faultsOfRequest(parsed(value)).isEmpty())
        .as(() -> new String(value, StandardCharsets.UTF_8))
        .isEqualTo(refused);
  }

  /** By another parser, without bounds of its own; what precedes the object is skipped. */
  static JsonNode parsed(byte[] value) {
    String text = new String(value, StandardCharsets.UTF_8);
    int json = text.indexOf('{');
    return JSON.readTree(text.substring(Math.max(0, json)));
  }
}
