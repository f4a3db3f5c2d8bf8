package dev.revoker.submit;

import dev.revoker.message.Fingerprints;
import dev.revoker.message.RequestReader;
import dev.revoker.model.Outcome;
import dev.revoker.model.Request.Echo;
import dev.revoker.model.Source;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Finds the requests whose last result is retriable, and their records. The caller passes the
 * results until {@link #isFull}, then the request topics twice, then all results once more. Nobody
 * who may write requests can hide another one's failed request: a copy must have its bytes, and
 * what does not fit into memory is left to a further instance. One thread, except {@link
 * #takeSuccess}.
 */
final class FailedRequests {
  /** Some 40 MB of memory; 80 MB where each has as many copies as are kept. */
  static final int MAX_REQUESTS = 50_000;

  private final int max;
  private final @Nullable Instant since;
  private final Set<Outcome> outcomes;

  /** Reads ids as a worker without the private key of a JWE does. */
  private final RequestReader reader;

  /** Reads ids as a worker with the private key does. */
  private final RequestReader keyed;

  private final Map<Source, FailedRequest> failed = new LinkedHashMap<>();
  private final Map<String, List<FailedRequest>> byKey = new HashMap<>();
  private final Map<RequestIdentity.Content, List<RequestIdentity>> identities = new HashMap<>();
  private final Map<RequestIdentity, RequestCopies> copies = new HashMap<>();
  private final Map<Source, RequestCopies.Copy> bySource = new HashMap<>();

  /** The first results that were left out. */
  private final Map<TopicPartition, Long> rest = new HashMap<>();

  /**
   * Starts without requests.
   *
   * @param max how many requests are taken
   * @param since only results that were completed at this time or later; null for all
   * @param outcomes only these; empty for all
   */
  FailedRequests(
      int max, @Nullable Instant since, Collection<Outcome> outcomes, Fingerprints fingerprints) {
    this.max = max;
    this.since = since;
    this.outcomes = Set.copyOf(outcomes);
    this.reader = new RequestReader(Set.of(), null, fingerprints);
    this.keyed = reader.keepingHexRuns();
  }

  /** First pass: each result. */
  void takeResult(ConsumerRecord<byte[], byte[]> record) {
    if (isFull()) {
      rest.putIfAbsent(new TopicPartition(record.topic(), record.partition()), record.offset());
      return;
    }
    ResultRecord result = ResultRecord.of(record);
    Source source = result == null ? null : result.source();
    ResultPlace place = result == null ? null : ResultPlace.of(record, result);
    if (result == null
        || source == null
        || place == null
        || !result.json().path("retriable").asBoolean(false)
        || (since != null && place.completedAt().isBefore(since))
        || (!outcomes.isEmpty() && !outcomes.contains(result.outcome()))) {
      return;
    }
    FailedRequest request = new FailedRequest(result, source, place);
    failed.put(source, request);
    if (!request.fingerprint().isEmpty()) {
      byKey.computeIfAbsent(request.fingerprint(), key -> new ArrayList<>(1)).add(request);
    }
  }

  /** Whether no further results are taken: a further instance starts at {@link #rest}. */
  boolean isFull() {
    return failed.size() >= max;
  }

  /** The first results that were passed and not taken, for each partition. */
  Map<TopicPartition, Long> rest() {
    return rest;
  }

  /** Second pass: each record of the request topics. */
  void takeRequest(ConsumerRecord<byte[], byte[]> record) {
    FailedRequest request = failedAt(record);
    if (request != null) {
      RequestIdentity identity =
          new RequestIdentity(firstId(record), RequestIdentity.Content.of(record));
      RequestCopies its =
          copies.computeIfAbsent(
              identity,
              unknown -> {
                identities
                    .computeIfAbsent(identity.content(), content -> new ArrayList<>(1))
                    .add(identity);
                return new RequestCopies();
              });
      RequestCopies.Copy copy = its.addFailed(request.source(), RequestIdentity.round(record));
      copy.answered(request.result());
      bySource.put(request.source(), copy);
      request.found(its);
    }
  }

  /** Third pass: the same records. */
  void takeCopy(ConsumerRecord<byte[], byte[]> record) {
    Source source = source(record);
    if (copies.isEmpty() || record.value() == null || bySource.containsKey(source)) {
      return;
    }
    RequestIdentity.Content content = RequestIdentity.Content.of(record);
    if (identities.containsKey(content)) {
      RequestCopies its = copies.get(new RequestIdentity(firstId(record), content));
      RequestCopies.Copy copy =
          its == null ? null : its.addOther(source, RequestIdentity.round(record));
      if (copy != null) {
        bySource.put(source, copy);
      }
    }
  }

  /** Fourth pass: each result of any time. */
  void takeAnswer(ConsumerRecord<byte[], byte[]> record) {
    ResultRecord result = ResultRecord.of(record);
    ResultPlace place = result == null ? null : ResultPlace.of(record, result);
    if (result == null || place == null) {
      return;
    }
    Source source = result.source();
    RequestCopies.Copy copy = source == null ? null : bySource.get(source);
    if (copy != null) {
      copy.answered(place);
    }
    String id = result.text("request_id");
    byKey.getOrDefault(result.fingerprint(), List.of()).stream()
        .filter(request -> request.requestId().equals(id))
        .forEach(request -> request.answeredByClaim(place));
    takeSuccess(result, place);
  }

  /** Later results: a key that is revoked meanwhile is not sent again. */
  void takeSuccess(ConsumerRecord<byte[], byte[]> record) {
    ResultRecord result = ResultRecord.of(record);
    ResultPlace place = result == null ? null : ResultPlace.of(record, result);
    if (result != null && place != null) {
      takeSuccess(result, place);
    }
  }

  private void takeSuccess(ResultRecord result, ResultPlace place) {
    if (result.outcome().success()) {
      byKey.getOrDefault(result.fingerprint(), List.of()).forEach(one -> one.revoked(place));
    }
  }

  /** The requests in this state. */
  Stream<FailedRequest> in(FailedRequest.State state) {
    return failed.values().stream().filter(request -> request.state() == state);
  }

  /** The topics that the requests were in. */
  List<String> topics() {
    return failed.keySet().stream().map(Source::topic).distinct().sorted().toList();
  }

  /**
   * The failed request whose record this is; null where it is none, or where the topic was created
   * again and other records have its coordinates.
   */
  @Nullable FailedRequest failedAt(ConsumerRecord<byte[], byte[]> record) {
    Source source = source(record);
    FailedRequest request = failed.get(source);
    if (request == null || record.value() == null) {
      return null;
    }
    Echo echo = read(reader, record, name -> last(record, name));
    // The worker takes the coordinates where the id holds a key that only it can decrypt.
    boolean isItsId =
        request.requestId().equals(echo.requestId())
            || request.requestId().equals(ownId(record))
            || request.requestId().equals(source.toString());
    return isItsId && maybeSame(echo.keyFingerprint(), request.fingerprint()) ? request : null;
  }

  /** The same bytes, with the same key and headers, and one round more. */
  ProducerRecord<byte[], byte[]> again(
      FailedRequest request, ConsumerRecord<byte[], byte[]> record) {
    ProducerRecord<byte[], byte[]> again =
        new ProducerRecord<>(record.topic(), null, record.key(), record.value());
    record.headers().forEach(again.headers()::add);
    if (!hasOwnId(record)) {
      set(again.headers(), RequestIdentity.ID_HEADER, firstId(record));
    }
    set(again.headers(), RequestIdentity.ROUND_HEADER, String.valueOf(request.nextRound()));
    return again;
  }

  private static void set(Headers headers, String name, String text) {
    headers.remove(name).add(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private boolean hasOwnId(ConsumerRecord<byte[], byte[]> record) {
    String id =
        read(
                keyed,
                record,
                name -> name.equals(RequestIdentity.ID_HEADER) ? null : last(record, name))
            .requestId();
    return !id.equals(source(record).toString());
  }

  private String ownId(ConsumerRecord<byte[], byte[]> record) {
    return read(keyed, record, name -> last(record, name)).requestId();
  }

  /**
   * The id of the request's first record. With a long topic name, coordinates are no valid {@code
   * ce_id}, so the worker gives each copy the id of its own coordinates.
   */
  private String firstId(ConsumerRecord<byte[], byte[]> record) {
    String own = ownId(record);
    String id = RequestIdentity.text(record, RequestIdentity.ID_HEADER);
    boolean isCopy = id != null && RequestIdentity.round(record) > 0;
    return id != null && isCopy && own.equals(source(record).toString()) ? id : own;
  }

  private static Echo read(
      RequestReader reader, ConsumerRecord<byte[], byte[]> record, RequestReader.Headers headers) {
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

  private static Source source(ConsumerRecord<byte[], byte[]> record) {
    return new Source(record.topic(), record.partition(), record.offset());
  }
}
