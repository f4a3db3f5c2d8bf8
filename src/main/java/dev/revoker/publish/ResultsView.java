package dev.revoker.publish;

import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/** What became of results that were sent, as their readers see it. */
public interface ResultsView {
  /**
   * Which of these offsets of the results topic were aborted: they are there, and no reader with
   * {@code isolation.level=read_committed} gets them. One that is not there any more, deleted or
   * compacted, is none of them.
   *
   * @throws org.apache.kafka.common.errors.TimeoutException it can't be told yet: a transaction
   *     there is not decided, or no broker answers
   * @throws org.apache.kafka.common.KafkaException it can't be told
   */
  Map<TopicPartition, Set<Long>> aborted(Map<TopicPartition, Set<Long>> offsets);
}
