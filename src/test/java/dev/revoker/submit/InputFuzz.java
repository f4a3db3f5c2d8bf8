package dev.revoker.submit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.revoker.message.Fingerprints;
import dev.revoker.message.RequestReader;
import dev.revoker.model.Request;
import dev.revoker.model.ResultError;
import dev.revoker.model.Source;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Every row of any file is a request that a worker accepts, or is reported without its key. */
class InputFuzz {
  private static final Pattern KEY = Pattern.compile("\\p{XDigit}{8,}");
  private static final Source NOWHERE = new Source("t", 0, 0);
  private static final Fingerprints PRINTS = new Fingerprints(null);
  private static final RequestReader WORKER = new RequestReader(Set.of("acme"), "acme", PRINTS);
  private static final SubmitBatch BATCH = new SubmitBatch("b-1", 0);
  private static final RequestComposer COMPOSER =
      new RequestComposer(
          PRINTS, new SubmitOptions.Defaults(null, "leak", "me", null, Map.of("team", "a")));

  /** The first byte tells the format, or that it is to be found out. */
  @FuzzTest
  @DictionaryEntries({
    "api_securekey,reason\\x0a",
    "api_securekey;reason;label.x\\x0d\\x0a",
    "{\\\"api_securekey\\\":\\\"968a8b637a5040159424872fffdb895b\\\"}\\x0a",
    "968a8b637a5040159424872fffdb895b\\x0a",
    "\\\"\\\"",
    "\\\"\\x0a",
    "\\x0d\\x0a",
    "label.",
    "account",
    "not_after"
  })
  void anyFileIsReadToItsEnd(byte[] input) throws IOException {
    if (input.length == 0) {
      return;
    }
    byte[] content = Arrays.copyOfRange(input, 1, input.length);
    InputFormat.Type[] formats = {
      null, InputFormat.Type.CSV, InputFormat.Type.NDJSON, InputFormat.Type.KEYS
    };
    InputFormat.Type forced = formats[input[0] & 3];
    try (InputFile file = InputFile.copyOf(new ByteArrayInputStream(content))) {
      InputFormat kind = InputFormat.of(file, forced, java.util.List.of());
      rows(file, kind, content.length);
    } catch (CommandException trouble) {
      // A column's name may hold a date.
      assertThat(trouble.text()).doesNotContainPattern("\\p{XDigit}{16}");
    }
  }

  private static void rows(InputFile file, InputFormat kind, int bytes)
      throws IOException, CommandException {
    InputScan pass = new InputScan(file, kind, COMPOSER, BATCH);

    long count = 0;
    long line = 0;
    for (Row row = pass.next(); row != null; row = pass.next()) {
      assertThat(row.number()).isEqualTo(++count);
      assertThat(count).isLessThanOrEqualTo(bytes);
      switch (row) {
        case Row.Invalid bad -> {
          assertThat(bad.why()).isNotEmpty().doesNotContainPattern(KEY);
          assertThat(bad.line()).isGreaterThanOrEqualTo(line);
          line = bad.line();
        }
        case Row.Valid good -> {
          assertThat(good.line()).isGreaterThanOrEqualTo(line);
          line = good.line();
          taken(good);
        }
      }
    }
    assertThat(pass.notes()).noneMatch(note -> note.matches("(?s).*\\p{XDigit}{16}.*"));
    pass.digest();
  }

  /** The worker takes it as the row that it is; an account is the worker's own affair. */
  private static void taken(Row.Valid good) {
    Request request =
        WORKER.read(NOWHERE, "standard", good.value(), name -> null, Instant.EPOCH, Instant.EPOCH);
    boolean fine =
        request instanceof Request.Valid
            || (request instanceof Request.Invalid invalid
                && invalid.error().type().equals(ResultError.UNKNOWN_ACCOUNT));
    assertThat(fine).as(new String(good.value(), UTF_8)).isTrue();
    assertThat(request.echo().keyFingerprint()).isEqualTo(good.fingerprint());
    assertThat(request.echo().labels()).containsAllEntriesOf(BATCH.labels(good.number()));
  }
}
