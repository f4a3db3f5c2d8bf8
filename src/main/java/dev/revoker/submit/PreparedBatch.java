package dev.revoker.submit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.LongPredicate;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** A validated input, as requests to a topic, and how far they are. */
record PreparedBatch(
    InputFile input,
    InputFormat format,
    RequestComposer composer,
    InputScan.ScanSummary summary,
    RepeatedRows repeated,
    SubmitBatch id,
    String topic,
    BatchProgress progress,
    SentRecords sent,
    Exchange exchange) {
  /** Names the key to people who look at the topic; neither workers nor {@code submit} read it. */
  private static final String FINGERPRINT_HEADER = "key_fingerprint";

  private static final byte[] JSON = "application/json".getBytes(StandardCharsets.UTF_8);

  String name() {
    return id.id();
  }

  /** How many requests there are: a key that is repeated is one request. */
  long requests() {
    return id.size();
  }

  /** A pass over the rows, as they are sent. */
  InputScan scan() throws IOException, CommandException {
    return new InputScan(input, format, composer, id);
  }

  /** The requests of these rows, each key once. */
  RowRequests requestsOf(LongPredicate wanted) throws IOException, CommandException {
    return new RowRequests(scan(), wanted);
  }

  /** One pass. {@link #next} is called by one thread. */
  final class RowRequests implements RequestSender.Requests {
    private final InputScan scan;
    private final LongPredicate wanted;
    private volatile long valid;

    private RowRequests(InputScan scan, LongPredicate wanted) {
      this.scan = scan;
      this.wanted = wanted;
    }

    @Override
    public RequestSender.@Nullable Outgoing next() throws IOException {
      long seen = valid;
      RequestSender.Outgoing found = null;
      for (Row row = scan.next(); row != null; row = scan.next()) {
        if (row instanceof Row.Valid fine) {
          seen++;
          if (repeated.firstOf(row.number()) == 0 && wanted.test(row.number())) {
            found = new RequestSender.Outgoing(row.number(), request(fine));
            break;
          }
        }
      }
      valid = seen;
      return found;
    }

    /** The record has no key: a key would be one more place that a secret could be in. */
    private ProducerRecord<byte[], byte[]> request(Row.Valid row) {
      ProducerRecord<byte[], byte[]> request =
          new ProducerRecord<>(topic, composer.sent(row.value()));
      request
          .headers()
          .add("ce_id", id.requestId(row.number()).getBytes(StandardCharsets.UTF_8))
          .add("content-type", JSON)
          .add(FINGERPRINT_HEADER, row.fingerprint().getBytes(StandardCharsets.UTF_8));
      return request;
    }

    /**
     * Makes sure, after the last request, that this pass had the rows that were validated.
     *
     * @throws CommandException where it had others
     */
    void requireAllSeen() throws IOException, CommandException {
      if (valid != summary.valid()) {
        throw CommandException.failed(
            "%d rows were valid, and %d could be sent: a key or token is part of the batch's id"
                + " or size. Another --batch avoids it",
            summary.valid(), valid);
      }
      if (!Arrays.equals(scan.digest(), summary.digest())) {
        throw CommandException.failed(
            "the file was changed while it was sent: not every row was validated");
      }
    }
  }
}
