package dev.revoker.submit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.message.Fingerprints;
import dev.revoker.model.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code redrive} succeeds only if every request was sent, acknowledged and succeeded. */
class RedriveRowsTest {
  private static final String FINGERPRINT = "sha256:" + "a".repeat(63);

  private final SentRecords sent = new SentRecords("t");
  private FailedRequests failed;
  private RedriveRows rows;

  @BeforeEach
  void twoRequestsAreDue() {
    failed = new FailedRequests(10, null, List.of(), new Fingerprints(null));
    List<ConsumerRecord<byte[], byte[]>> results =
        List.of(result(1, "unavailable", true), result(2, "unavailable", true));
    results.forEach(failed::takeResult);
    List<ConsumerRecord<byte[], byte[]>> requests = List.of(request(1), request(2));
    requests.forEach(failed::takeRequest);
    requests.forEach(failed::takeCopy);
    results.forEach(failed::takeAnswer);
    rows = new RedriveRows(failed, sent);
    assertThat(rows.size()).isEqualTo(2);
    assertThat(rows.unsent()).isEqualTo(2);
  }

  @Test
  void everyRequestIsSentAndSucceeds() {
    succeeds(1);
    assertThat(rows.allSucceeded()).isFalse();
    succeeds(2);
    assertThat(rows.allSucceeded()).isTrue();
    assertThat(rows.unsent()).isZero();
  }

  /** As when --timeout is over while the sender waits for the next request's turn. */
  @Test
  void aRequestThatTheStoppedSenderDropsIsNotSent() {
    AtomicReference<RequestSender> sender = new AtomicReference<>();
    Iterator<Long> turns = List.of(1L, 2L).iterator();
    RequestSender.Requests requests =
        () -> {
          long row = turns.next();
          if (row == 2) {
            sender.get().leave();
          }
          return new RequestSender.Outgoing(row, new ProducerRecord<>("t", new byte[0]));
        };
    MockProducer<byte[], byte[]> producer =
        new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    sender.set(new RequestSender(producer, requests, rows.progress(), sent));
    sender.get().run();
    rows.progress().answered(1, Outcome.REVOKED);

    assertThat(producer.history()).hasSize(1);
    assertThat(rows.progress().successes()).isEqualTo(rows.progress().sent());
    assertThat(rows.unsent()).isEqualTo(1);
    assertThat(rows.allSucceeded()).isFalse();
  }

  @Test
  void aRequestThatTheBrokersDidNotAcknowledgeIsNotSent() {
    succeeds(1);
    rows.progress().sent(2);
    rows.progress().unsent(2);
    assertThat(rows.unsent()).isEqualTo(1);
    assertThat(rows.allSucceeded()).isFalse();
  }

  @Test
  void aRequestWithoutResultOrWithAFailureIsNoSuccess() {
    succeeds(1);
    rows.progress().sent(2);
    assertThat(rows.unsent()).isZero();
    assertThat(rows.allSucceeded()).isFalse();
    rows.progress().answered(2, Outcome.NOT_FOUND);
    assertThat(rows.allSucceeded()).isFalse();
  }

  @Test
  void aRequestNeedNotBeSentIfItsKeyIsRevokedMeanwhile() {
    succeeds(1);
    failed.takeSuccess(revoked(2));
    assertThat(rows.unsent()).isZero();
    assertThat(rows.allSucceeded()).isTrue();
  }

  private void succeeds(int row) {
    rows.progress().sent(row);
    rows.progress().answered(row, Outcome.REVOKED);
  }

  private static ConsumerRecord<byte[], byte[]> request(int number) {
    byte[] value =
        "{\"api_securekey_jwe\":\"a.b.c.d.%d\",\"request_id\":\"r%d\"}"
            .formatted(number, number)
            .getBytes(StandardCharsets.UTF_8);
    return new ConsumerRecord<>("t", 0, number, null, value);
  }

  /** By another request, later. */
  private static ConsumerRecord<byte[], byte[]> revoked(int number) {
    ConsumerRecord<byte[], byte[]> result = result(number, "revoked", false);
    return new ConsumerRecord<>("results", 0, 100, result.key(), result.value());
  }

  private static ConsumerRecord<byte[], byte[]> result(
      int number, String outcome, boolean retriable) {
    String json =
        """
        {"request_id":"r%d","outcome":"%s","retriable":%b,"key_fingerprint":"%s",
         "completed_at":"%s","source":{"topic":"t","partition":0,"offset":%d}}
        """
            .formatted(number, outcome, retriable, FINGERPRINT + number, Instant.EPOCH, number);
    return new ConsumerRecord<>(
        "results", 0, number, new byte[0], json.getBytes(StandardCharsets.UTF_8));
  }
}
