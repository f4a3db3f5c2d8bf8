package dev.revoker.submit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** What {@code watch} shows, and when it has seen everything that is wanted. */
class WatchedResultsTest {
  private static final String KEY = "sha256:" + "a".repeat(64);
  private static final String OTHER = "sha256:" + "b".repeat(64);

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Console console = console(out);

  @Test
  void aBatchIsCompleteWhenEachRowHasAResult() {
    WatchedResults batch = batch();
    take(batch, KEY, "2/2");
    take(batch, KEY, "2/2");
    assertThat(batch.isComplete()).isFalse();
    take(batch, OTHER, "1/2");
    assertThat(batch.isComplete()).isTrue();
    assertThat(batch.allSucceeded()).isTrue();
    assertThat(out.toString().lines()).hasSize(3).allMatch(line -> line.contains("sha256:"));
  }

  @Test
  void aClaimOfASmallerBatchDoesNotEndTheWait() {
    WatchedResults batch = batch();
    take(batch, KEY, "1/3");
    take(batch, OTHER, "1/1");
    assertThat(batch.isComplete()).isFalse();
    take(batch, KEY, "2/3");
    take(batch, KEY, "3/3");
    assertThat(batch.isComplete()).isTrue();
    assertThat(err.toString()).contains("different sizes (3 and 1)", "results of two keys");
  }

  /** Others can name the batch and a smaller size, and have a result sooner. */
  @Test
  void aBatchHasOpenRequestsUntilEachThatNamesItHasAResult() {
    WatchedResults batch = batch();
    take(batch, KEY, "1/1");
    assertThat(batch.isComplete()).isTrue();
    batch.takeRequest(request(70_000, "b/1"));
    batch.takeRequest(request(0, "b/1"));
    batch.takeRequest(request(3, "c/1"));
    batch.takeRequest(request(4, null));
    assertThat(batch.openRequests()).as("the one at 0 has its result").isEqualTo(1);
    assertThat(batch.missing()).isEqualTo("no result yet for 1 request with this batch's id");

    batch.take(BatchHistoryTest.result(70_000, OTHER, "another", "1/1", "revoked"));
    assertThat(batch.openRequests()).as("labels do not matter").isZero();
    batch.take(BatchHistoryTest.result(70_000, OTHER, "another", "1/1", "revoked"));
    batch.takeRequest(request(70_000, "b/1"));
    assertThat(batch.openRequests()).isZero();
  }

  @Test
  void whatIsMissingNamesWhatIsWanted() {
    assertThat(missing(null, null, null)).isEqualTo("not all results are shown yet");
    assertThat(missing(null, "r", null)).isEqualTo("the request r has no result yet");
    assertThat(missing(null, null, KEY)).isEqualTo("the key has no result yet");
    assertThat(missing("b", null, null)).isEqualTo("the batch b has no result yet");
  }

  private String missing(String batch, String request, String fingerprint) {
    return new WatchedResults(wanted(batch, request, fingerprint), false, console).missing();
  }

  private static ConsumerRecord<byte[], byte[]> request(long offset, String id) {
    ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>("t", 0, offset, null, new byte[0]);
    record.headers().add("ce_id", id == null ? null : id.getBytes(StandardCharsets.UTF_8));
    return record;
  }

  @Test
  void aBatchThatSubmitCannotHaveSentTakesNoMemoryAndDelaysNothing() {
    WatchedResults batch = batch();
    take(batch, KEY, "1/1");
    take(batch, OTHER, "2147483000/2147483001");
    take(batch, OTHER, "9999999999999999/9999999999999999");
    assertThat(batch.isComplete()).isTrue();
    assertThat(batch.shown()).isEqualTo(3);
  }

  @Test
  void aRowWithResultsOfTwoKeysIsNoSuccess() {
    WatchedResults batch = batch();
    take(batch, KEY, "1/1");
    assertThat(batch.allSucceeded()).isTrue();
    take(batch, OTHER, "1/1");
    assertThat(batch.allSucceeded()).isFalse();
    assertThat(err.toString()).contains("row 1 has results of two keys");
  }

  @Test
  void aFingerprintTellsOwnResultsFromThoseThatUseTheSameId() {
    WatchedResults request = new WatchedResults(wanted(null, "r", KEY), false, console);
    take(request, OTHER, "1/1");
    assertThat(request.isComplete()).isFalse();
    assertThat(out.toString()).isEmpty();
    take(request, KEY, "1/1");
    assertThat(request.isComplete()).isTrue();
    assertThat(out.toString()).contains(KEY);
    WatchedResults other = new WatchedResults(wanted(null, "another", KEY), false, console);
    take(other, KEY, "1/1");
    assertThat(other.shown()).isZero();
  }

  /** As behind {@code | head -1}. */
  @Test
  void nothingIsPrintedAfterTheReaderIsGone() {
    Console closed = console(new java.io.OutputStreamWriter(new Gone()));
    WatchedResults batch = new WatchedResults(wanted("b", null, null), true, closed);
    take(batch, KEY, "1/2");
    take(batch, KEY, "2/2");
    assertThat(closed.isClosed()).isTrue();
    assertThat(batch.shown()).isEqualTo(1);
  }

  @Test
  void charactersThatActOnATerminalAreReplacedOrEscaped() {
    String text = "\u001b[2J \u009b2J \u202e \u2028 \u2066 \u00fc";
    console.print(text);
    console.tell(text);
    console.printJson("\"" + text.substring(5) + "\"");
    String shown = "\uFFFD[2J \uFFFD2J \uFFFD   \uFFFD \u00fc\n";
    assertThat(err.toString()).isEqualTo(shown);
    assertThat(out.toString()).isEqualTo(shown + "\"\\u009b2J \\u202e \\u2028 \\u2066 \u00fc\"\n");
  }

  private WatchedResults batch() {
    return new WatchedResults(wanted("b", null, null), false, console);
  }

  private Console console(Writer to) {
    return new Console(new PrintWriter(to, true), new PrintWriter(err, true), 0);
  }

  private static Watch.Wanted wanted(String batch, String request, String fingerprint) {
    return new Watch.Wanted(batch, request, fingerprint, false);
  }

  private static void take(WatchedResults watched, String fingerprint, String row) {
    ConsumerRecord<byte[], byte[]> record =
        BatchHistoryTest.result(0, fingerprint, "b", row, "revoked");
    assertThat(new String(record.key(), StandardCharsets.UTF_8)).isEqualTo("r");
    watched.take(record);
  }

  private static final class Gone extends OutputStream {
    @Override
    public void write(int b) throws java.io.IOException {
      throw new java.io.IOException("Broken pipe");
    }
  }
}
