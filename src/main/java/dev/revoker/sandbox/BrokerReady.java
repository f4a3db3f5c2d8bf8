package dev.revoker.sandbox;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Waits until a cluster is ready. Counts pauses instead of reading a clock. */
final class BrokerReady {
  private static final int PAUSE_MS = 25;
  private static final int PAUSES = 60_000 / PAUSE_MS;
  private static final int LOG_LINES = 20;

  private BrokerReady() {}

  /** Waits until every node has joined the cluster and answers. */
  static void awaitAll(List<BrokerNode> nodes) {
    nodes.forEach(BrokerReady::awaitListening);
    try (Admin admin = admin(nodes)) {
      until(nodes, () -> join(admin.describeCluster().nodes()).size() == nodes.size());
    }
  }

  /** Waits until this node has joined the cluster and answers. */
  static void await(BrokerNode node) {
    awaitListening(node);
    try (Admin admin = admin(List.of(node))) {
      until(
          List.of(node),
          () ->
              join(admin.describeCluster().nodes()).stream()
                  .anyMatch(member -> member.id() == node.id()));
    }
  }

  /** Waits until each partition has a leader. */
  static void awaitLeaders(Admin admin, String topic, int partitions) {
    until(List.of(), () -> hasLeaders(admin, topic, partitions));
  }

  /** A client of the internal listener, which needs no credentials. */
  static Admin admin(List<BrokerNode> nodes) {
    return Admin.create(
        Map.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
            nodes.stream().map(BrokerNode::internalAddress).collect(Collectors.joining(",")),
            AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
            60_000,
            AdminClientConfig.ENABLE_METRICS_PUSH_CONFIG,
            false));
  }

  static <T> T join(KafkaFuture<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private static boolean hasLeaders(Admin admin, String topic, int partitions) {
    try {
      TopicDescription description =
          join(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic);
      return description != null
          && description.partitions().stream()
                  .filter(partition -> partition.leader() != null && !partition.leader().isEmpty())
                  .count()
              == partitions;
    } catch (UnknownTopicOrPartitionException notYet) {
      return false;
    }
  }

  /** By plain connections: a Kafka client would log a warning for each failed attempt. */
  private static void awaitListening(BrokerNode node) {
    until(List.of(node), () -> accepts(node.clientAddress()) && accepts(node.internalAddress()));
  }

  private static boolean accepts(String address) {
    int colon = address.lastIndexOf(':');
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(
              address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))),
          1000);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  private static void until(List<BrokerNode> alive, BooleanSupplier condition) {
    for (int pauses = 0; pauses < PAUSES; pauses++) {
      try {
        if (condition.getAsBoolean()) {
          return;
        }
      } catch (RetriableException notYet) {
        // The cluster is electing leaders. Ask again.
      }
      for (BrokerNode node : alive) {
        if (!node.alive()) {
          throw new IllegalStateException("node " + node.id() + " has ended:\n" + lastLines(node));
        }
      }
      pause();
    }
    throw new IllegalStateException(
        "the broker is not ready after 60 s"
            + alive.stream().map(node -> ":\n" + lastLines(node)).collect(Collectors.joining()));
  }

  private static void pause() {
    CompletableFuture.runAsync(
            () -> {}, CompletableFuture.delayedExecutor(PAUSE_MS, TimeUnit.MILLISECONDS))
        .join();
  }

  private static String lastLines(BrokerNode node) {
    try {
      List<String> lines = Files.readAllLines(node.console());
      if (Files.exists(node.log())) {
        lines.addAll(Files.readAllLines(node.log()));
      }
      return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    } catch (IOException e) {
      return "its log cannot be read: " + e.getMessage();
    }
  }
}
