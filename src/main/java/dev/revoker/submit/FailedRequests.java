package dev.revoker.submit;

import dev.revoker.message.Fingerprints;
import dev.revoker.message.RequestReader;
import dev.revoker.model.Outcome;
import dev.revoker.model.Request.Echo;
import dev.revoker.model.Source;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Finds the requests whose last result is retriable, and their records. The caller passes the
 * results, then the request topics, then the results once more. One thread.
 */
final class FailedRequests {
  /** Counts how often a request was sent again. */
  static final String ROUND_HEADER = "revoker-redrive";

  private static final String ID_HEADER = "ce_id";

  /** Some 70 MB of memory. */
  private static final int MAX_REQUESTS = 100_000;

  private final @Nullable Instant since;
  private final Set<Outcome> outcomes;
  private final RequestReader reader;
  private final Map<FailedRequest.Identity, FailedRequest> failed = new LinkedHashMap<>();
  private final Map<Source, FailedRequest> bySource = new HashMap<>();
  private final Map<String, List<FailedRequest>> byId = new HashMap<>();
  private final Map<String, List<FailedRequest>> byKey = new HashMap<>();
  private final List<Resent> resent = new ArrayList<>();
  private boolean full;

  private record Resent(FailedRequest request, Source at, String value, int round) {}

  /**
   * Starts without requests.
   *
   * @param since only results that were completed at this time or later; null for all
   * @param outcomes only these; empty for all
   */
  FailedRequests(@Nullable Instant since, Collection<Outcome> outcomes, Fingerprints fingerprints) {
    this.since = since;
    this.outcomes = Set.copyOf(outcomes);
    this.reader = new RequestReader(Set.of(), null, fingerprints);
  }

  /** First pass: each result, in the order of its partition. */
  void takeResult(ConsumerRecord<byte[], byte[]> record) {
    ResultRecord result = ResultRecord.of(record);
    Source source = result == null ? null : result.source();
    Instant completedAt = result == null ? null : completedAt(result);
    if (result == null || source == null || completedAt == null || isEarly(completedAt)) {
      return;
    }
    FailedRequest.Identity identity = FailedRequest.Identity.of(result);
    FailedRequest known = failed.get(identity);
    if (!result.json().path("retriable").asBoolean(false)) {
      failed.remove(identity);
    } else if (known != null) {
      known.answered(result, source, completedAt);
    } else if (failed.size() < MAX_REQUESTS) {
      failed.put(identity, new FailedRequest(result, source, completedAt));
    } else {
      full = true;
    }
  }

  /** Ends the first pass. */
  void allResultsRead() {
    if (!outcomes.isEmpty()) {
      failed.values().removeIf(request -> !outcomes.contains(request.outcome()));
    }
    for (FailedRequest request : failed.values()) {
      bySource.put(request.source(), request);
      byId.computeIfAbsent(request.requestId(), id -> new ArrayList<>()).add(request);
      if (!request.fingerprint().isEmpty()) {
        byKey.computeIfAbsent(request.fingerprint(), key -> new ArrayList<>()).add(request);
      }
    }
  }

  /** Second pass: each record of the request topics. */
  void takeRequest(ConsumerRecord<byte[], byte[]> record) {
    int round = round(record.headers());
    if (round > 0) {
      Source at = source(record);
      List<FailedRequest> same = byId.getOrDefault(echo(record).requestId(), List.of());
      same.forEach(request -> resent.add(new Resent(request, at, hash(record.value()), round)));
    }
    FailedRequest request = requestAt(record);
    if (request != null) {
      request.found(hash(record.value()), round);
    }
  }

  /** Ends the second pass. */
  void allRequestsRead() {
    resent.forEach(one -> one.request().sentAgain(one.at(), one.value(), one.round()));
  }

  /** Third pass, and later results: a key that is revoked meanwhile is not sent again. */
  void takeSuccess(ConsumerRecord<byte[], byte[]> record) {
    ResultRecord result = ResultRecord.of(record);
    Instant completedAt = result == null ? null : completedAt(result);
    if (result != null && completedAt != null && result.outcome().success()) {
      byKey
          .getOrDefault(result.fingerprint(), List.of())
          .forEach(request -> request.revoked(completedAt));
    }
  }

  Collection<FailedRequest> all() {
    return failed.values();
  }

  /** Whether there were too many for one run. */
  boolean isFull() {
    return full;
  }

  /** The topics that the requests were in. */
  List<String> topics() {
    return failed.values().stream().map(one -> one.source().topic()).distinct().sorted().toList();
  }

  /**
   * The request whose record this is; null where it is none, or where the topic was created again
   * and other records have its coordinates.
   */
  @Nullable FailedRequest requestAt(ConsumerRecord<byte[], byte[]> record) {
    FailedRequest request = bySource.get(source(record));
    if (request == null || record.value() == null) {
      return null;
    }
    Echo echo = echo(record);
    return echo.requestId().equals(request.requestId())
            && maybeSame(echo.keyFingerprint(), request.fingerprint())
        ? request
        : null;
  }

  /** The same bytes, with the same key and headers, and one round more. */
  ProducerRecord<byte[], byte[]> again(
      FailedRequest request, ConsumerRecord<byte[], byte[]> record) {
    ProducerRecord<byte[], byte[]> again =
        new ProducerRecord<>(record.topic(), null, record.key(), record.value());
    record.headers().forEach(again.headers()::add);
    if (!hasOwnId(record)) {
      set(again.headers(), ID_HEADER, request.requestId());
    }
    set(again.headers(), ROUND_HEADER, String.valueOf(request.nextRound()));
    return again;
  }

  private static void set(Headers headers, String name, String text) {
    headers.remove(name).add(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private boolean hasOwnId(ConsumerRecord<byte[], byte[]> record) {
    Source source = source(record);
    String id =
        read(record, name -> name.equals(ID_HEADER) ? null : last(record, name)).requestId();
    return !id.equals(source.toString());
  }

  private Echo echo(ConsumerRecord<byte[], byte[]> record) {
    return read(record, name -> last(record, name));
  }

  private Echo read(ConsumerRecord<byte[], byte[]> record, RequestReader.Headers headers) {
    return reader
        .read(source(record), "", record.value(), headers, Instant.EPOCH, Instant.EPOCH)
        .echo();
  }

  private static byte @Nullable [] last(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? null : header.value();
  }

  /** An encrypted key cannot be read here; a key of another secret cannot be compared. */
  private static boolean maybeSame(@Nullable String own, String theirs) {
    return own == null
        || theirs.isEmpty()
        || own.startsWith("hmac-") != theirs.startsWith("hmac-")
        || own.equals(theirs);
  }

  private static int round(Headers headers) {
    Header header = headers.lastHeader(ROUND_HEADER);
    String text =
        header == null || header.value() == null
            ? ""
            : new String(header.value(), StandardCharsets.UTF_8);
    return text.matches("[1-9][0-9]{0,5}") ? Integer.parseInt(text) : 0;
  }

  private boolean isEarly(Instant completedAt) {
    return since != null && completedAt.isBefore(since);
  }

  private static @Nullable Instant completedAt(ResultRecord result) {
    try {
      return Instant.parse(result.text("completed_at"));
    } catch (DateTimeException notATime) {
      return null;
    }
  }

  private static Source source(ConsumerRecord<byte[], byte[]> record) {
    return new Source(record.topic(), record.partition(), record.offset());
  }

  private static String hash(byte @Nullable [] value) {
    try {
      byte[] bytes = value == null ? new byte[0] : value;
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK lacks SHA-256", e);
    }
  }
}
