package dev.revoker.submit;

import static dev.revoker.submit.Trial.KEY;
import static dev.revoker.submit.Trial.OTHER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.message.Fingerprints;
import dev.revoker.model.Secret;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The requests that are read from a CSV, from NDJSON and from a list of keys. */
class InputFormatsTest {
  @Test
  void aCsvHasItsColumnsInAnyOrder() {
    Trial trial =
        Trial.of(
            "label.team,reason,api_securekey,label.case\n"
                + "a,\"left, for good\","
                + KEY
                + ",\n"
                + "\n"
                + "b,\"two\nlines\","
                + OTHER
                + ",7\n");
    assertThat(trial.done).isTrue();
    List<JsonNode> requests = trial.requests();
    assertThat(requests).hasSize(2);
    assertThat(requests.get(0).get("reason").asString()).isEqualTo("left, for good");
    assertThat(requests.get(0).get("labels").get("team").asString()).isEqualTo("a");
    assertThat(requests.get(0).get("labels").has("case")).isFalse();
    assertThat(requests.get(1).get("reason").asString()).isEqualTo("two\nlines");
    assertThat(requests.get(1).get("labels").get("case").asString()).isEqualTo("7");
  }

  @ParameterizedTest
  @ValueSource(strings = {",", ";", "\t"})
  void separatorsAreFoundOut(String separator) {
    Trial trial =
        Trial.of("\uFEFFreason%sapi_securekey\r\nx%s%s\r\n".formatted(separator, separator, KEY));
    assertThat(trial.done).as(trial.printed()).isTrue();
    assertThat(trial.requests().getFirst().get("reason").asString()).isEqualTo("x");
  }

  @Test
  void ndjsonIsSentUnchanged() {
    Trial trial =
        Trial.of(
            """
            {"api_securekey":"%s","request_id":"mine","labels":{"a":"1"},"else":[1.50,{"x":12345678901234567890123}]}

            {"reason":"r","api_securekey":"%s"}
            """
                .formatted(KEY, OTHER));
    assertThat(trial.done).as(trial.printed()).isTrue();
    JsonNode first = trial.requests().getFirst();
    assertThat(first.get("request_id").asString()).isEqualTo("mine");
    assertThat(first.get("labels").get("a").asString()).isEqualTo("1");
    assertThat(first.get("else").toString()).contains("12345678901234567890123");
  }

  @Test
  void aListOfKeysIsAccepted() {
    Trial trial = Trial.of("\n " + KEY + " \r\n" + OTHER.toUpperCase(java.util.Locale.ROOT));
    assertThat(trial.requests()).hasSize(2);
  }

  @Test
  void aKeyOnSeveralRowsIsSentOnceAndReported() {
    Trial trial =
        Trial.of(
            "api_securekey,label.person\n%s,ada\n%s,grace\n%s,ada (second laptop)\n"
                .formatted(KEY, OTHER, KEY.toUpperCase(java.util.Locale.ROOT)));
    assertThat(trial.done).as(trial.printed()).isTrue();
    assertThat(trial.requests()).hasSize(2);
    assertThat(trial.requests().get(1).get("labels").get("row").asString()).isEqualTo("2/2");
    assertThat(trial.err.toString())
        .contains("line 4: the same key as in row 1, sent once", "1 rows repeat", "2 requests to");
  }

  @Test
  void aDryRunShowsTheFingerprint() {
    JsonNode request = Trial.of(KEY).requests().getFirst();
    assertThat(request.get("key_fingerprint").asString())
        .isEqualTo(new Fingerprints(null).of(Secret.of(KEY)));
  }

  @Test
  void everyRequestNamesItsBatchAndRow() {
    Trial trial = Trial.of(KEY + "\n" + OTHER + "\n");
    JsonNode second = trial.requests().get(1);
    String batch = second.get("labels").get("batch").asString();
    assertThat(second.get("request_id").asString()).isEqualTo(batch + "/2");
    assertThat(second.get("labels").get("row").asString()).isEqualTo("2/2");
    assertThat(trial.err.toString()).contains("as batch " + batch);
  }

  @Test
  void theSameContentIsTheSameBatchAndOtherContentIsNot() {
    String once = Trial.of(KEY).requests().getFirst().get("labels").get("batch").asString();
    assertThat(Trial.of(KEY).requests().getFirst().get("labels").get("batch").asString())
        .isEqualTo(once);
    assertThat(Trial.of(OTHER).requests().getFirst().get("labels").get("batch").asString())
        .isNotEqualTo(once);
  }

  @Test
  void optionsFillOnlyWhatARowLacks() {
    SubmitOptions.Defaults defaults =
        new SubmitOptions.Defaults(
            "acme", "leak", "me", "2030-01-01T00:00:00Z", Map.of("team", "a", "case", "7"));
    Trial trial =
        Trial.of(
            "{\"api_securekey\":\"%s\",\"account\":\"own\",\"reason\":null,\"labels\":{\"team\":\"b\"}}"
                .formatted(KEY),
            null,
            defaults,
            false);
    JsonNode request = trial.requests().getFirst();
    assertThat(request.get("account").asString()).isEqualTo("own");
    assertThat(request.get("reason").asString()).isEqualTo("leak");
    assertThat(request.get("requested_by").asString()).isEqualTo("me");
    assertThat(request.get("not_after").asString()).isEqualTo("2030-01-01T00:00:00Z");
    assertThat(request.get("labels").get("team").asString()).isEqualTo("b");
    assertThat(request.get("labels").get("case").asString()).isEqualTo("7");
  }

  @Test
  void aDryRunMasksKeysAndTokensEverywhere() {
    Trial trial =
        Trial.of(
            """
            {"api_securekey":"%1$s","api_token":"%2$s","reason":"key %1$s","x":["%1$s",{"%2$s":1}],"labels":{"l":"%2$s"}}
            """
                .formatted(KEY, OTHER));
    assertThat(trial.done).as(trial.fault).isTrue();
    assertThat(trial.printed()).doesNotContain(KEY, OTHER).contains("\"key ***\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                        | the input is empty",
        "' \n '                    | the input is empty",
        "[{\"api_securekey\":\"x\"}] | NDJSON has an object a line",
        "key,reason                | neither a JSON object",
        "968a8b637a5040159424872fffdb895b,reason | neither a JSON object",
        "api_securekey,reason,reason | the column reason twice",
        "api_securekey             | no row to send"
      })
  void unusableInputsAreReported(String content, String why) {
    Trial trial = Trial.of(content);
    assertThat(trial.fault).contains(why).doesNotContain("968a8b63");
    assertThat(trial.done).isFalse();
  }

  @Test
  void utf16IsReported() {
    Trial trial =
        Trial.of(("\uFEFF" + KEY).getBytes(StandardCharsets.UTF_16LE), null, Trial.NOTHING, false);
    assertThat(trial.fault).contains("UTF-16");
  }

  @Test
  void theFormatCanBeGiven() {
    Trial trial = Trial.of("reason\nx\n", InputFormat.Type.CSV, Trial.NOTHING, false);
    assertThat(trial.fault).isEqualTo("line 1: the header has no column api_securekey");
    assertThat(Trial.of("not hex\n" + KEY, InputFormat.Type.KEYS, Trial.NOTHING, true).requests())
        .hasSize(1);
  }
}
