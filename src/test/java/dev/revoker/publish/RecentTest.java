package dev.revoker.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Source;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class RecentTest {
  private final Recent recent = new Recent();

  private static List<Sent> sent(int first, int count, int bytes, long timestampMs) {
    return IntStream.range(first, first + count)
        .mapToObj(
            offset ->
                new Sent(
                    new Source("requests", 0, offset),
                    new ProducerRecord<>("results", new byte[bytes]),
                    CompletableFuture.completedFuture(
                        new RecordMetadata(
                            new TopicPartition("results", 0), offset, 0, timestampMs, 0, 0))))
        .toList();
  }

  private void assertOffsets(int first, int last) {
    assertThat(recent.all()).hasSize(last - first + 1);
    assertThat(recent.all().getFirst().offset()).isEqualTo(first);
    assertThat(recent.all().getLast().offset()).isEqualTo(last);
  }

  @Test
  void theLast500AreKept() {
    recent.add(sent(0, 500, 1, 0));
    assertOffsets(0, 499);
    recent.add(sent(500, 10, 1, 0));
    assertOffsets(10, 509);
  }

  @Test
  void ofAMebibyte() {
    recent.add(sent(0, 16, 1 << 16, 0));
    assertOffsets(0, 15);
    recent.add(sent(16, 1, 1, 0));
    assertOffsets(1, 16);
  }

  @Test
  void ofHalfAMinute() {
    recent.add(sent(0, 1, 1, 1_000));
    recent.add(sent(1, 1, 1, 31_000));
    assertOffsets(0, 1);
    recent.add(sent(2, 1, 1, 31_001));
    assertOffsets(1, 2);
  }

  @Test
  void whatComesBackIsOlder() {
    recent.add(sent(300, 400, 1, 0));
    recent.addBefore(sent(0, 300, 1, 0));
    assertThat(recent.all()).hasSize(500);
    assertThat(recent.all().getFirst().offset()).isEqualTo(200);
  }

  @Test
  void whatComesBackIsOfItsSize() {
    recent.addBefore(sent(0, 16, 1 << 16, 0));
    assertOffsets(0, 15);
    recent.add(sent(16, 1, 1, 0));
    assertOffsets(1, 16);
  }

  @Test
  void ofWhatIsToBeLookedForMoreIsKeptAndForLonger() {
    recent.gather(sent(0, 1_500, 1, 0));
    assertOffsets(0, 1_499);
    recent.gather(sent(1_500, 1, 1, 1_000_000));
    assertOffsets(1, 1_500);
  }

  @Test
  void whatIsTakenOutMakesRoom() {
    recent.add(sent(0, 16, 1 << 16, 0));
    recent.removeIf(one -> one.offset() < 8);
    recent.add(sent(16, 8, 1 << 16, 0));
    assertOffsets(8, 23);

    recent.clear();
    recent.add(sent(24, 16, 1 << 16, 0));
    assertOffsets(24, 39);
  }
}
