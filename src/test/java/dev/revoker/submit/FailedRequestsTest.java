package dev.revoker.submit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.message.Fingerprints;
import dev.revoker.model.Outcome;
import dev.revoker.model.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which requests are sent again, and as which records. */
class FailedRequestsTest {
  private static final Fingerprints PRINTS = new Fingerprints(null);
  private static final String VALUE = "{\"api_securekey\":\"" + Trial.KEY + "\"}";

  private final List<ConsumerRecord<byte[], byte[]>> results = new ArrayList<>();
  private final List<ConsumerRecord<byte[], byte[]>> requests = new ArrayList<>();

  @Test
  void aRequestWhoseLastResultIsRetriableIsDue() {
    ConsumerRecord<byte[], byte[]> request = request(7, VALUE, null, 0);
    result("t-0-7", 7, "session_failed", true, "10:00");

    FailedRequests failed = search();
    FailedRequest found = failed.all().iterator().next();
    assertThat(states(failed)).containsExactly(FailedRequest.State.DUE);

    ProducerRecord<byte[], byte[]> again = failed.again(found, request);
    assertThat(again.topic()).isEqualTo("t");
    assertThat(again.value()).isEqualTo(request.value());
    assertThat(again.key()).isEqualTo(request.key());
    assertThat(header(again, "ce_id")).as("the value has no id").isEqualTo("t-0-7");
    assertThat(header(again, "revoker-redrive")).isEqualTo("1");
    assertThat(header(again, "traceparent")).isEqualTo("kept");
  }

  @Test
  void anIdInTheValueStaysAndSoDoesTheHeader() {
    String value = "{\"api_securekey\":\"" + Trial.KEY + "\",\"request_id\":\"mine\"}";
    ConsumerRecord<byte[], byte[]> request = request(7, value, "other", 2);
    result("mine", 7, "unavailable", true, "10:00");

    FailedRequests failed = search();
    ProducerRecord<byte[], byte[]> again = failed.again(failed.all().iterator().next(), request);

    assertThat(header(again, "ce_id")).isEqualTo("other");
    assertThat(header(again, "revoker-redrive")).isEqualTo("3");
    assertThat(again.headers().headers("revoker-redrive")).hasSize(1);
  }

  @Test
  void anotherResultOfTheRequestThatIsNotRetriableEndsIt() {
    request(7, VALUE, "r", 0);
    result("r", 7, "session_failed", true, "10:00");
    result("r", 9, "refused", false, "10:05");
    assertThat(search().all()).isEmpty();
  }

  @Test
  void aKeyWithALaterSuccessIsNeverSentAgain() {
    request(7, VALUE, "r", 0);
    result("r", 7, "session_failed", true, "10:00");
    result("another", 8, "revoked", false, "10:00");
    assertThat(states(search())).containsExactly(FailedRequest.State.REVOKED_SINCE);
  }

  @Test
  void anEarlierSuccessDoesNotCount() {
    request(7, VALUE, "r", 0);
    result("another", 5, "revoked", false, "09:59");
    result("r", 7, "unexpected", true, "10:00");
    assertThat(states(search())).containsExactly(FailedRequest.State.DUE);
  }

  /** As after a crash half-way: the first run sent it again, and its result is still to come. */
  @Test
  void whatWasSentAgainWithoutResultIsInFlight() {
    request(7, VALUE, "r", 0);
    request(12, VALUE, "r", 1);
    result("r", 7, "session_failed", true, "10:00");
    assertThat(states(search())).containsExactly(FailedRequest.State.IN_FLIGHT);
  }

  @Test
  void whatWasSentAgainAndFailedIsSentASecondTime() {
    request(7, VALUE, "r", 0);
    ConsumerRecord<byte[], byte[]> second = request(12, VALUE, "r", 1);
    result("r", 7, "session_failed", true, "10:00");
    result("r", 12, "session_failed", true, "10:05");

    FailedRequests failed = search();
    assertThat(states(failed)).containsExactly(FailedRequest.State.DUE);
    FailedRequest request = failed.requestAt(second);
    assertThat(request).isNotNull();
    assertThat(header(failed.again(request, second), "revoker-redrive")).isEqualTo("2");
  }

  @Test
  void anEarlierRoundWhoseResultIsBeforeSinceIsNotInFlight() {
    request(12, VALUE, "r", 1);
    request(20, VALUE, "r", 2);
    result("r", 12, "session_failed", true, "10:00");
    result("r", 20, "session_failed", true, "11:00");
    assertThat(states(search("2026-11-30T10:30:00Z"))).containsExactly(FailedRequest.State.DUE);
  }

  @Test
  void aRecordOfAnotherKeyWithTheSameIdIsNotInFlight() {
    request(7, VALUE, "r", 0);
    request(12, VALUE.replace(Trial.KEY, Trial.OTHER), "r", 1);
    result("r", 7, "session_failed", true, "10:00");
    assertThat(states(search())).containsExactly(FailedRequest.State.DUE);
  }

  /** Only the worker can read the key. */
  @Test
  void anEncryptedRequestIsSentAgainAsItIs() {
    String value = "{\"api_securekey_jwe\":\"a.b.c.d.e\",\"request_id\":\"r\"}";
    ConsumerRecord<byte[], byte[]> request = request(7, value, null, 0);
    result("r", 7, "session_failed", true, "10:00");
    FailedRequests failed = search();
    assertThat(states(failed)).containsExactly(FailedRequest.State.DUE);
    assertThat(failed.again(failed.all().iterator().next(), request).value())
        .isEqualTo(request.value());
    request(9, value, null, 1);
    assertThat(states(search())).containsExactly(FailedRequest.State.IN_FLIGHT);
  }

  @Test
  void threeRoundsAreTheMost() {
    request(7, VALUE, "r", 3);
    result("r", 7, "session_failed", true, "10:00");
    assertThat(states(search())).containsExactly(FailedRequest.State.EXHAUSTED);
  }

  @Test
  void aRecordThatIsGoneOrAnotherOneIsListed() {
    result("r", 7, "session_failed", true, "10:00");
    assertThat(states(search())).containsExactly(FailedRequest.State.GONE);

    request(7, VALUE.replace(Trial.KEY, Trial.OTHER), "r", 0);
    assertThat(states(search()))
        .as("the topic was created again")
        .containsExactly(FailedRequest.State.GONE);
  }

  @Test
  void outcomesAndTimesNarrowItDown() {
    request(7, VALUE, "r", 0);
    request(8, VALUE, "q", 0);
    result("r", 7, "session_failed", true, "10:00");
    result("q", 8, "unavailable", true, "11:00");
    assertThat(search(null, Outcome.UNAVAILABLE).all()).hasSize(1);
    assertThat(search("2026-11-30T10:30:00Z").all())
        .extracting(FailedRequest::requestId)
        .containsExactly("q");
    assertThat(search("2026-11-30T11:00:00Z").all()).hasSize(1);
    assertThat(search("2026-11-30T11:00:01Z").all()).isEmpty();
  }

  private FailedRequests search() {
    return search(null);
  }

  private FailedRequests search(@Nullable String since, Outcome... outcomes) {
    FailedRequests failed =
        new FailedRequests(since == null ? null : Instant.parse(since), List.of(outcomes), PRINTS);
    results.forEach(failed::takeResult);
    failed.allResultsRead();
    requests.forEach(failed::takeRequest);
    failed.allRequestsRead();
    results.forEach(failed::takeSuccess);
    return failed;
  }

  private static List<FailedRequest.State> states(FailedRequests failed) {
    return failed.all().stream().map(FailedRequest::state).toList();
  }

  private static @Nullable String header(ProducerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  private ConsumerRecord<byte[], byte[]> request(
      long offset, String value, @Nullable String id, int round) {
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>(
            "t",
            0,
            offset,
            "key".getBytes(StandardCharsets.UTF_8),
            value.getBytes(StandardCharsets.UTF_8));
    record.headers().add("traceparent", "kept".getBytes(StandardCharsets.UTF_8));
    if (id != null) {
      record.headers().add("ce_id", id.getBytes(StandardCharsets.UTF_8));
    }
    if (round > 0) {
      record
          .headers()
          .add("revoker-redrive", String.valueOf(round).getBytes(StandardCharsets.UTF_8));
    }
    requests.add(record);
    return record;
  }

  private void result(String id, long offset, String outcome, boolean retriable, String time) {
    String json =
        """
        {"request_id":"%s","outcome":"%s","retriable":%b,"key_fingerprint":"%s","error":null,
         "completed_at":"2026-11-30T%s:00Z","source":{"topic":"t","partition":0,"offset":%d}}
        """
            .formatted(id, outcome, retriable, PRINTS.of(Secret.of(Trial.KEY)), time, offset);
    results.add(
        new ConsumerRecord<>("results", 0, 0, new byte[0], json.getBytes(StandardCharsets.UTF_8)));
  }
}
