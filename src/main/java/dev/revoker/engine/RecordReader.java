package dev.revoker.engine;

import dev.revoker.message.RequestReader;
import dev.revoker.model.Request;
import dev.revoker.model.Request.Echo;
import dev.revoker.model.ResultError;
import dev.revoker.model.Source;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a Kafka record into a request. Every record gives a request, so that no record can end the
 * loop: if the reader itself fails, the record is rejected. Used by the loop's thread alone.
 */
final class RecordReader {
  private static final Logger LOG = LoggerFactory.getLogger(RecordReader.class);

  /** Producers may set any timestamp. Durations between these two fit into milliseconds. */
  private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");

  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  private final RequestReader reader;

  RecordReader(RequestReader reader) {
    this.reader = reader;
  }

  /** Reads one record of this lane. */
  Request read(ConsumerRecord<byte[], byte[]> record, String lane, Instant receivedAt) {
    Source source = new Source(record.topic(), record.partition(), record.offset());
    Instant timestamp = timestamp(record);
    try {
      return reader.read(
          source, lane, record.value(), name -> lastHeader(record, name), timestamp, receivedAt);
    } catch (RuntimeException | StackOverflowError defect) {
      log(source, defect);
      return unreadable(source, lane, timestamp, receivedAt);
    }
  }

  private static Instant timestamp(ConsumerRecord<byte[], byte[]> record) {
    Instant given = Instant.ofEpochMilli(record.timestamp());
    if (given.isBefore(EARLIEST)) {
      return EARLIEST;
    }
    return given.isAfter(LATEST) ? LATEST : given;
  }

  private static byte @Nullable [] lastHeader(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? null : header.value();
  }

  /** Logs where the reader failed. The exception's message may quote the record: it is left out. */
  private static void log(Source source, Throwable defect) {
    StackTraceElement[] trace = defect.getStackTrace();
    LOG.atError()
        .addKeyValue("source", source)
        .addKeyValue("exception", defect.getClass().getName())
        .addKeyValue("at", trace.length == 0 ? "unknown" : trace[0].toString())
        .log("a record could not be read because of a bug in the worker; it is rejected");
  }

  private static Request unreadable(
      Source source, String lane, Instant timestamp, Instant receivedAt) {
    Echo echo = new Echo(source.toString(), null, null, null, null, null, Map.of(), null, null);
    return new Request.Invalid(
        source,
        lane,
        receivedAt,
        timestamp,
        echo,
        new ResultError(
            ResultError.MALFORMED_REQUEST, "the worker could not read this record; see its log"));
  }
}
