package dev.revoker.container;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.testcontainers.containers.Network;
import org.testcontainers.images.builder.Transferable;

/**
 * A broker in a container, from the image of docker-compose.yml. Containers use the listener {@code
 * INSIDE}, or {@code SECURED} with TLS and a password; this host uses {@code HOST}, and the broker
 * itself {@code BROKER}, by which it ends transactions.
 */
final class KafkaBox {
  /** The broker's address for containers. */
  static final String INSIDE = "kafka:19092";

  /** The same for the listener with TLS and SASL/PLAIN. */
  static final String SECURED = "kafka:19094";

  private static final String KEY_STORE = "/etc/kafka/secrets/kafka.p12";
  private static final String SECURED_LISTENER = "KAFKA_LISTENER_NAME_SECURED_";

  /**
   * The image's own start formats the storage and may refuse to do so twice, so a broker that
   * starts again is started directly.
   */
  private static final String START =
      "[ ! -e /tmp/data/meta.properties ] || exec java $KAFKA_HEAP_OPTS"
          + " $KAFKA_JVM_PERFORMANCE_OPTS -cp '/opt/kafka/libs/*'"
          + " kafka.Kafka /opt/kafka/config/server.properties; exec /etc/kafka/docker/run";

  private KafkaBox() {}

  static Box box(Network network, Certificate certificate) {
    Box box =
        Box.of(Images.named("apache/kafka"), "kafka", network, 9092, KafkaBox::answers)
            .withCommand("bash", "-c", START)
            .withCopyToContainer(Transferable.of(certificate.keyStore(), 0644), KEY_STORE);
    Map<String, String> all = new HashMap<>(settings(box.hostPort()));
    all.putAll(secured(certificate));
    return box.withEnv(all);
  }

  private static boolean answers(int port) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", "localhost:" + port))) {
      admin.describeCluster().nodes().get(60, TimeUnit.SECONDS);
      return true;
    } catch (ExecutionException | TimeoutException notYet) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private static Map<String, String> secured(Certificate certificate) {
    return Map.of(
        SECURED_LISTENER + "SASL_ENABLED_MECHANISMS",
        "PLAIN",
        SECURED_LISTENER + "PLAIN_SASL_JAAS_CONFIG",
        certificate.brokerLogin(),
        SECURED_LISTENER + "SSL_KEYSTORE_TYPE",
        "PKCS12",
        SECURED_LISTENER + "SSL_KEYSTORE_LOCATION",
        KEY_STORE,
        SECURED_LISTENER + "SSL_KEYSTORE_PASSWORD",
        Certificate.PASSWORD,
        SECURED_LISTENER + "SSL_KEY_PASSWORD",
        Certificate.PASSWORD);
  }

  private static Map<String, String> settings(int hostPort) {
    return Map.ofEntries(
        Map.entry("KAFKA_NODE_ID", "1"),
        Map.entry("KAFKA_PROCESS_ROLES", "broker,controller"),
        Map.entry("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@localhost:9093"),
        Map.entry("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER"),
        Map.entry(
            "KAFKA_LISTENERS",
            "INSIDE://:19092,SECURED://:19094,HOST://:9092,BROKER://:19093,CONTROLLER://:9093"),
        Map.entry(
            "KAFKA_ADVERTISED_LISTENERS",
            "INSIDE://%s,SECURED://%s,HOST://localhost:%d,BROKER://localhost:19093"
                .formatted(INSIDE, SECURED, hostPort)),
        Map.entry(
            "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP",
            "INSIDE:PLAINTEXT,SECURED:SASL_SSL,HOST:PLAINTEXT,BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT"),
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
        Map.entry("KAFKA_HEAP_OPTS", "-Xms128m -Xmx384m"),
        // Two starts and a few thousand records: the optimizing compiler would not pay.
        Map.entry("KAFKA_JVM_PERFORMANCE_OPTS", "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"));
  }
}
