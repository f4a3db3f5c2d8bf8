package dev.revoker.chaos;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;

/** Disturbances of the brokers through their admin API. */
final class ClusterAdmin {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final Admin admin;

  ClusterAdmin(Admin admin) {
    this.admin = admin;
  }

  /**
   * The setting with which a topic refuses records. Not the timestamp limits: Kafka 4.4 would
   * refuse its own transactions' markers, too, and never write them again.
   */
  enum Refusal {
    /** Smaller than a result, larger than a marker. No retry helps, so workers end. */
    TOO_LARGE("max.message.bytes", "200"),
    /** Refuses records while a replica is out of sync. */
    TOO_FEW_REPLICAS("min.insync.replicas", "3");

    private final String key;
    private final String value;

    Refusal(String key, String value) {
      this.key = key;
      this.value = value;
    }
  }

  void refuseProduce(String topic, Refusal how) throws Exception {
    change(topic, how, AlterConfigOp.OpType.SET);
  }

  void takeProduce(String topic) throws Exception {
    for (Refusal how : Refusal.values()) {
      change(topic, how, AlterConfigOp.OpType.DELETE);
    }
  }

  private void change(String topic, Refusal how, AlterConfigOp.OpType type) throws Exception {
    AlterConfigOp order = new AlterConfigOp(new ConfigEntry(how.key, how.value), type);
    get(
        admin
            .incrementalAlterConfigs(
                Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topic), List.of(order)))
            .all());
  }

  /** Whether every replica of every partition is in sync, so that another node may be killed. */
  void awaitInSync() {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptions()
        .until(
            () ->
                topics().stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .allMatch(one -> one.isr().size() == one.replicas().size()));
  }

  /** Rotates the replicas of each partition, so that other nodes lead it. */
  void moveLeaders(int by) throws Exception {
    Map<TopicPartition, Optional<NewPartitionReassignment>> rotated = new HashMap<>();
    for (TopicDescription topic : topics()) {
      for (TopicPartitionInfo one : topic.partitions()) {
        List<Integer> replicas = new ArrayList<>(one.replicas().stream().map(Node::id).toList());
        Collections.rotate(replicas, by);
        rotated.put(
            new TopicPartition(topic.name(), one.partition()),
            Optional.of(new NewPartitionReassignment(replicas)));
      }
    }
    get(admin.alterPartitionReassignments(rotated).all());
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> get(admin.listPartitionReassignments().reassignments()).isEmpty());
    get(admin.electLeaders(ElectionType.PREFERRED, new HashSet<>(rotated.keySet())).partitions());
  }

  private Collection<TopicDescription> topics() throws Exception {
    Collection<String> names =
        get(admin.listTopics(new ListTopicsOptions().listInternal(true)).names());
    return get(admin.describeTopics(names).allTopicNames()).values();
  }

  private static <T> T get(KafkaFuture<T> future) throws Exception {
    try {
      return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException failed) {
      throw new IllegalStateException("the cluster refused", failed.getCause());
    }
  }
}
