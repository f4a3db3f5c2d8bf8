package dev.revoker.submit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.message.Fingerprints;
import dev.revoker.model.Outcome;
import dev.revoker.model.Secret;
import dev.revoker.model.Source;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which requests are sent again, and as which records. */
class FailedRequestsTest {
  private static final Fingerprints PRINTS = new Fingerprints(null);
  private static final String VALUE = "{\"api_securekey\":\"" + Trial.KEY + "\"}";

  private final List<ConsumerRecord<byte[], byte[]>> results = new ArrayList<>();
  private final List<ConsumerRecord<byte[], byte[]>> requests = new ArrayList<>();
  private String topic = "t";
  private int resultPartition;
  private int max = 100;
  private int from;

  @Test
  void aRequestWhoseLastResultIsRetriableIsDue() {
    ConsumerRecord<byte[], byte[]> request = request(7, VALUE, null, 0);
    result("t-0-7", 7, "session_failed", true, "10:00");

    FailedRequests failed = search();
    FailedRequest found = first(failed);
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
    ProducerRecord<byte[], byte[]> again = failed.again(first(failed), request);

    assertThat(header(again, "ce_id")).isEqualTo("other");
    assertThat(header(again, "revoker-redrive")).isEqualTo("3");
    assertThat(again.headers().headers("revoker-redrive")).hasSize(1);
  }

  @Test
  void anotherResultOfTheRequestThatIsNotRetriableEndsIt() {
    request(7, VALUE, "r", 0);
    request(9, VALUE, "r", 0);
    result("r", 7, "session_failed", true, "10:00");
    result("r", 9, "refused", false, "10:05");
    assertThat(states(search())).isEmpty();
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
    FailedRequest request = failed.failedAt(second);
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
    assertThat(failed.again(first(failed), request).value()).isEqualTo(request.value());
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
    assertThat(states(search(null, Outcome.UNAVAILABLE))).hasSize(1);
    assertThat(first(search("2026-11-30T10:30:00Z")).requestId()).isEqualTo("q");
    assertThat(states(search("2026-11-30T11:00:00Z"))).hasSize(1);
    assertThat(states(search("2026-11-30T11:00:01Z"))).isEmpty();
  }

  /** As a producer can write, who must not read requests: with the id of another one's request. */
  @Test
  void aRecordWithTheSameIdAndOtherBytesHidesNothing() {
    String value = "{\"api_securekey_jwe\":\"a.b.c.d.e\"}";
    request(7, value, "r", 0);
    request(8, "{", "r", 0);
    request(9, "{", "r", 1);
    request(10, VALUE, "r", 0);
    keylessResult("r", 7, "rejected", true, "10:00");
    keylessResult("r", 8, "rejected", false, "10:01");
    keylessResult("r", 9, "rejected", false, "10:02");
    result("r", 10, "expired", false, "10:03");
    FailedRequests failed = search();
    assertThat(states(failed)).containsExactly(FailedRequest.State.DUE);
    assertThat(first(failed).source().offset()).isEqualTo(7);
  }

  /** The holder of the key asks for the same, but too late for the worker to do it. */
  @Test
  void aRequestForTheSameKeyWithTheSameIdHidesNothing() {
    request(7, VALUE, "r", 0);
    request(8, VALUE.replace("}", ",\"not_after\":\"2020-01-01T00:00:00Z\"}"), "r", 0);
    result("r", 7, "session_failed", true, "10:00");
    result("r", 8, "expired", false, "10:01");
    assertThat(states(search())).containsExactly(FailedRequest.State.DUE);
  }

  /** A worker without the private key shows no id that may hold a key; one with it does. */
  @Test
  void anEncryptedRequestWithALongHexIdIsFoundWhicheverWorkerAnswered() {
    String id = "0a1b2c3d".repeat(5) + ":deploy/.env:cielo24-api-key:3";
    String value = "{\"api_securekey_jwe\":\"a.b.c.d.e\",\"request_id\":\"" + id + "\"}";
    ConsumerRecord<byte[], byte[]> request = request(7, value, "b/1", 0);
    result(id, 7, "session_failed", true, "10:00");
    assertThat(states(search())).as("with").containsExactly(FailedRequest.State.DUE);
    results.clear();
    keylessResult("b/1", 7, "rejected", true, "10:00");
    FailedRequests failed = search();
    assertThat(states(failed)).as("without").containsExactly(FailedRequest.State.DUE);
    assertThat(header(failed.again(first(failed), request), "ce_id")).isEqualTo("b/1");
    request(12, value, "b/1", 1);
    assertThat(states(search())).containsExactly(FailedRequest.State.IN_FLIGHT);
    result(id, 12, "session_failed", true, "10:05");
    failed = search();
    assertThat(states(failed)).as("one request").containsExactly(FailedRequest.State.DUE);
    assertThat(first(failed).source().offset()).isEqualTo(12);
  }

  @Test
  void twoRequestsWithOneIdStayTwo() {
    request(7, VALUE, "r", 0);
    request(8, VALUE.replace(Trial.KEY, Trial.OTHER), "r", 0);
    result("r", 7, "session_failed", true, "10:00", Trial.KEY);
    result("r", 8, "session_failed", true, "10:00", Trial.OTHER);
    assertThat(states(search())).containsExactly(FailedRequest.State.DUE, FailedRequest.State.DUE);
    result("r", 12, "revoked", false, "10:05", Trial.OTHER);
    assertThat(states(search()))
        .containsExactly(FailedRequest.State.DUE, FailedRequest.State.REVOKED_SINCE);
  }

  /** The worker has its private key again: the newest result names the key, the first could not. */
  @Test
  void whatWasSentAgainAndSucceededIsDoneAlthoughOnlyItsResultNamesTheKey() {
    String value = "{\"api_securekey_jwe\":\"a.b.c.d.e\"}";
    request(7, value, "r", 0);
    request(12, value, "r", 1);
    keylessResult("r", 7, "rejected", true, "10:00");
    assertThat(states(search())).containsExactly(FailedRequest.State.IN_FLIGHT);
    result("r", 12, "revoked", false, "10:05");
    assertThat(states(search())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "0", "4", "03", "99999999999999999999", "three", "", " 1"})
  void aCountThatRedriveDoesNotWriteCountsAsNone(String count) {
    ConsumerRecord<byte[], byte[]> record = request(7, VALUE, "r", count);
    result("r", 7, "session_failed", true, "10:00");
    FailedRequests failed = search();
    assertThat(states(failed)).containsExactly(FailedRequest.State.DUE);
    ProducerRecord<byte[], byte[]> again = failed.again(first(failed), record);
    assertThat(header(again, "revoker-redrive")).isEqualTo("1");
    assertThat(again.headers().headers("revoker-redrive")).hasSize(1);
  }

  @Test
  void aForgedCountOfARecordWithOtherBytesKeepsNothingFromBeingSent() {
    request(7, VALUE, "r", 0);
    for (int offset = 8; offset < 12; offset++) {
      request(offset, "{", "r", 3);
      keylessResult("r", offset, "rejected", false, "09:00");
    }
    result("r", 7, "session_failed", true, "10:00");
    assertThat(states(search())).containsExactly(FailedRequest.State.DUE);
  }

  /** With a topic's name of 200 characters, coordinates are no valid ce_id. */
  @Test
  void aRequestWithoutIdInATopicWithALongNameIsSentThreeTimesToo() {
    topic = "t".repeat(200);
    ConsumerRecord<byte[], byte[]> last = request(7, VALUE, null, 0);
    result(topic + "-0-7", 7, "session_failed", true, "10:00");
    for (int round = 1; round <= 3; round++) {
      FailedRequests failed = search();
      assertThat(states(failed)).containsExactly(FailedRequest.State.DUE);
      ProducerRecord<byte[], byte[]> again = failed.again(first(failed), last);
      assertThat(header(again, "ce_id")).isEqualTo(topic + "-0-7");
      int offset = 10 + round;
      last = new ConsumerRecord<>(topic, 0, offset, again.key(), again.value());
      again.headers().forEach(last.headers()::add);
      requests.add(last);
      assertThat(states(search())).containsExactly(FailedRequest.State.IN_FLIGHT);
      resultPartition = round;
      result(topic + "-0-" + offset, offset, "session_failed", true, "10:0" + round);
    }
    assertThat(states(search())).containsExactly(FailedRequest.State.EXHAUSTED);
  }

  /** Those of one request id are in one partition. */
  @Test
  void theOrderOfResultsNeedsNoClock() {
    request(7, VALUE, "r", 0);
    request(12, VALUE, "r", 1);
    result("r", 7, "session_failed", true, "10:00");
    result("r", 12, "refused", false, "09:00");
    assertThat(states(search())).isEmpty();
    results.clear();
    result("r", 12, "revoked", false, "10:00");
    result("r", 7, "unexpected", true, "09:00");
    assertThat(states(search())).as("still active").containsExactly(FailedRequest.State.DUE);
  }

  /** Purge has taken the records; the results are all that is known. */
  @Test
  void aRecordThatIsGoneIsNotListedIfTheRequestHasANewerResult() {
    result("r", 7, "session_failed", true, "10:00");
    result("r", 12, "session_failed", true, "10:05");
    FailedRequests failed = search();
    assertThat(states(failed)).containsExactly(FailedRequest.State.GONE);
    assertThat(failed.in(FailedRequest.State.GONE).findFirst().orElseThrow().source().offset())
        .isEqualTo(12);
    result("r", 13, "refused", false, "10:05");
    assertThat(states(search())).isEmpty();
  }

  /** Whoever may write requests can make any number fail. */
  @Test
  void requestsThatDoNotFitAreLeftToTheNextInstance() {
    max = 2;
    for (int offset = 1; offset <= 3; offset++) {
      request(offset, "{\"api_securekey_jwe\":\"a.b.c.d." + offset + "\"}", "j" + offset, 0);
      keylessResult("j" + offset, offset, "rejected", true, "10:00");
    }
    request(7, VALUE, "r", 0);
    result("r", 7, "session_failed", true, "10:00");
    FailedRequests some = search();
    assertThat(states(some)).hasSize(2);
    assertThat(some.isFull()).isTrue();
    assertThat(some.rest()).containsExactly(Map.entry(new TopicPartition("results", 0), 2L));
    assertThat(search("2026-11-30T00:00:00Z", Outcome.SESSION_FAILED).isFull())
        .as("other outcomes take no place")
        .isFalse();
    from = 2;
    FailedRequests others = search();
    assertThat(others.in(FailedRequest.State.DUE).map(FailedRequest::requestId))
        .containsExactly("j3", "r");
  }

  /** Whoever may also read requests can copy one without end. */
  @Test
  void copiesWithoutEndTakeNoMemoryAndAreNoFurtherRounds() {
    RequestCopies copies = new RequestCopies();
    RequestCopies.Copy failed = copies.addFailed(new Source("t", 0, 7), 0);
    for (int offset = 8; offset < 16; offset++) {
      assertThat(copies.addOther(new Source("t", 0, offset), 0)).isNotNull();
    }
    assertThat(copies.addOther(new Source("t", 0, 16), 2)).isNull();
    failed.answered(new ResultPlace(0, 1, Instant.EPOCH));
    assertThat(copies.lastAnswered()).isEqualTo(failed.source());
    assertThat(copies.rounds()).as("counted all the same").isEqualTo(1);
  }

  private FailedRequests search() {
    return search(null);
  }

  private FailedRequests search(@Nullable String since, Outcome... outcomes) {
    FailedRequests failed =
        new FailedRequests(
            max, since == null ? null : Instant.parse(since), List.of(outcomes), PRINTS);
    results.stream().skip(from).forEach(failed::takeResult);
    requests.forEach(failed::takeRequest);
    requests.forEach(failed::takeCopy);
    results.forEach(failed::takeAnswer);
    return failed;
  }

  private static FailedRequest first(FailedRequests failed) {
    return failed.in(FailedRequest.State.DUE).findFirst().orElseThrow();
  }

  private static List<FailedRequest.State> states(FailedRequests failed) {
    return Stream.of(FailedRequest.State.values())
        .filter(state -> state != FailedRequest.State.ANSWERED_SINCE)
        .flatMap(failed::in)
        .map(FailedRequest::state)
        .toList();
  }

  private static @Nullable String header(ProducerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  private ConsumerRecord<byte[], byte[]> request(
      long offset, String value, @Nullable String id, int round) {
    return request(offset, value, id, round == 0 ? null : String.valueOf(round));
  }

  private ConsumerRecord<byte[], byte[]> request(
      long offset, String value, @Nullable String id, @Nullable String count) {
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>(topic, 0, offset, bytes("key"), bytes(value));
    record.headers().add("traceparent", bytes("kept"));
    if (id != null) {
      record.headers().add("ce_id", bytes(id));
    }
    if (count != null) {
      record.headers().add("revoker-redrive", bytes(count));
    }
    requests.add(record);
    return record;
  }

  private void result(String id, long offset, String outcome, boolean retriable, String time) {
    result(id, offset, outcome, retriable, time, Trial.KEY);
  }

  private void result(
      String id, long offset, String outcome, boolean retriable, String time, String key) {
    add(id, offset, outcome, retriable, time, '"' + PRINTS.of(Secret.of(key)) + '"');
  }

  private void keylessResult(
      String id, long offset, String outcome, boolean retriable, String time) {
    add(id, offset, outcome, retriable, time, "null");
  }

  private void add(
      String id, long offset, String outcome, boolean retriable, String time, String key) {
    String json =
        """
        {"request_id":"%s","outcome":"%s","retriable":%b,"key_fingerprint":%s,"error":null,
         "completed_at":"2026-11-30T%s:00Z","source":{"topic":"%s","partition":0,"offset":%d}}
        """
            .formatted(id, outcome, retriable, key, time, topic, offset);
    results.add(
        new ConsumerRecord<>("results", resultPartition, results.size(), new byte[0], bytes(json)));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
