package dev.revoker.submit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.message.Fingerprints;
import dev.revoker.model.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What spreadsheets write is read. */
class SpreadsheetTest {
  private static final Path CASES = Path.of("src/test/resources/dev/revoker/submit/cases");

  @ParameterizedTest
  @ValueSource(strings = {"sep.csv", "multiline.csv", "formula.csv"})
  void theirFilesAreSent(String file) throws IOException {
    Trial trial = Trial.of(Files.readString(CASES.resolve(file)));
    assertThat(trial.done).as(trial.printed()).isTrue();
    assertThat(trial.requests()).hasSize(1);
  }

  @Test
  void aLineThatNamesTheSeparatorComesBeforeTheHeader() {
    Trial trial =
        Trial.of(
            "\uFEFFsep=|\r\nAPI-SecureKey|Reason|Label.Person\r\n" + Trial.KEY + "|left|Ada\r\n");
    assertThat(trial.requests().getFirst().get("reason").asString()).isEqualTo("left");
    assertThat(trial.requests().getFirst().get("labels").get("Person").asString()).isEqualTo("Ada");
    assertThat(Trial.of("sep=;\napi_securekey;reason\nzz;x\n").bad())
        .singleElement()
        .asString()
        .startsWith("line 3: ");
    assertThat(Trial.of("sep=;\nreason\n", InputFormat.Type.CSV, Trial.NOTHING, false).fault)
        .isEqualTo("line 2: the header has no column api_securekey");
  }

  @Test
  void clearedRowsAndColumnsAreSkipped() {
    Trial trial = Trial.of("api_securekey,reason,,\n" + Trial.KEY + ",x,,\n,,,\n \u00a0,,,,,\n");
    assertThat(trial.done).as(trial.printed()).isTrue();
    assertThat(trial.requests()).hasSize(1);
    assertThat(trial.err.toString()).doesNotContain("ignored");
  }

  @ParameterizedTest
  @ValueSource(strings = {"=\"\"%s\"\"", "'%s", "\u00a0%s\u200b", " %s "})
  void theKeyIsReadAsItWasMeant(String cell) {
    boolean formula = cell.startsWith("=");
    String text = (formula ? "\"" + cell + "\"" : cell).formatted(Trial.KEY);
    Trial trial = Trial.of("api_securekey,reason\n" + text + ",x\n");
    assertThat(trial.done).as(trial.printed()).isTrue();
    assertThat(trial.requests().getFirst().get("key_fingerprint").asString())
        .isEqualTo(new Fingerprints(null).of(Secret.of(Trial.KEY)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hello,\nsee ticket 20261130 please",
        "a\n0441234567890\nb",
        "fixed by\ncommit 0a1b2c3d4e5f today",
        "x\n2026-11-30, 20261130"
      })
  void datesPhoneNumbersAndCommitsAreNoKeys(String note) {
    Trial trial = Trial.of("api_securekey,comment\n" + Trial.KEY + ",\"" + note + "\"\n");
    assertThat(trial.done).as(trial.printed()).isTrue();
    assertThat(trial.err.toString()).contains("the column comment is ignored");
  }

  /** Otherwise a key would be dropped without a word. */
  @Test
  void anOpenQuoteInAnIgnoredColumnIsReported() {
    Trial trial =
        Trial.of("api_securekey,comment\n%s,\"left\n%s,left\"\n".formatted(Trial.KEY, Trial.OTHER));
    assertThat(trial.bad()).singleElement().asString().contains("is a quote left open?");
  }
}
