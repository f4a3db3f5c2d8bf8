package dev.revoker.engine;

import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Uuid;

/** Looks up the ids of topics. A topic that is deleted and created again has another id. */
public interface TopicIds {
  /**
   * The id of each of these topics, as it is now. Called on the loop's thread, so it must not block
   * for much more than a second.
   *
   * @throws org.apache.kafka.common.KafkaException if no broker answers in time, or refuses
   */
  Map<String, Uuid> of(Set<String> topics);
}
