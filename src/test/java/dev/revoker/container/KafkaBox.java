package dev.revoker.container;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.testcontainers.containers.Network;
import org.testcontainers.images.builder.Transferable;

/**
 * A broker to be: its image is the one of docker-compose.yml. The listener {@code INSIDE} is the
 * containers', {@code HOST} this host's, and {@code BROKER} the broker's own, by which it ends
 * transactions; the last two are always plain.
 */
record KafkaBox(Map<String, String> settings, Map<String, byte[]> files) {
  /** The broker's address for containers. */
  static final String INSIDE = "kafka:19092";

  /**
   * The image's own start formats the storage, and may refuse to where that was done before. A
   * broker that starts again has its settings and its storage.
   */
  private static final String START =
      "[ ! -e /tmp/data/meta.properties ] || exec java $KAFKA_HEAP_OPTS -cp '/opt/kafka/libs/*'"
          + " kafka.Kafka /opt/kafka/config/server.properties; exec /etc/kafka/docker/run";

  static KafkaBox plain() {
    return new KafkaBox(Map.of(), Map.of());
  }

  Box box(Network network) {
    Box box =
        Box.of(
                Images.named("apache/kafka"),
                "kafka",
                network,
                List.of("bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/19092"))
            .withKeptPort(9092)
            .withCommand("bash", "-c", START);
    Map<String, String> all = new HashMap<>(defaults(box.hostPort()));
    all.putAll(settings);
    files.forEach((path, content) -> box.withCopyToContainer(Transferable.of(content, 0644), path));
    return box.withEnv(all);
  }

  private static Map<String, String> defaults(int hostPort) {
    return Map.ofEntries(
        Map.entry("KAFKA_NODE_ID", "1"),
        Map.entry("KAFKA_PROCESS_ROLES", "broker,controller"),
        Map.entry("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@localhost:9093"),
        Map.entry("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER"),
        Map.entry(
            "KAFKA_LISTENERS", "INSIDE://:19092,HOST://:9092,BROKER://:19093,CONTROLLER://:9093"),
        Map.entry(
            "KAFKA_ADVERTISED_LISTENERS",
            "INSIDE://" + INSIDE + ",HOST://localhost:" + hostPort + ",BROKER://localhost:19093"),
        Map.entry(
            "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP",
            "INSIDE:PLAINTEXT,HOST:PLAINTEXT,BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT"),
        Map.entry("KAFKA_INTER_BROKER_LISTENER_NAME", "BROKER"),
        Map.entry("KAFKA_LOG_DIRS", "/tmp/data"),
        Map.entry("KAFKA_NUM_PARTITIONS", "4"),
        Map.entry("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false"),
        Map.entry("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "1"),
        Map.entry("KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS", "4"),
        Map.entry("KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR", "1"),
        Map.entry("KAFKA_TRANSACTION_STATE_LOG_MIN_ISR", "1"),
        Map.entry("KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS", "4"),
        Map.entry("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0"),
        Map.entry("KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS", "1000"),
        Map.entry("KAFKA_HEAP_OPTS", "-Xms128m -Xmx384m"));
  }
}
