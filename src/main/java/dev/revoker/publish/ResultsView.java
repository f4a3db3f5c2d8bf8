package dev.revoker.publish;

import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/** What a reader of the results topic with {@code isolation.level=read_committed} gets. */
public interface ResultsView {
  /**
   * Which of these offsets such a reader does not get, because their transaction was aborted.
   *
   * @throws org.apache.kafka.common.errors.TimeoutException it can't be told yet: a transaction
   *     there is not decided, or no broker answers
   * @throws org.apache.kafka.common.KafkaException it can't be told
   */
  Map<TopicPartition, Set<Long>> missing(Map<TopicPartition, Set<Long>> offsets);
}
