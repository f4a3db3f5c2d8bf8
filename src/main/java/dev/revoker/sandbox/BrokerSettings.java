package dev.revoker.sandbox;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/** The settings of a cluster's nodes, and their ports. */
final class BrokerSettings {
  /**
   * Below the ports that systems use for outgoing connections, so that no client takes the port of
   * a node while the node is down.
   */
  private static final int FIRST_PORT = 20_000;

  private static final int LAST_PORT = 32_000;

  /** How often a coordinator aborts the transactions that have timed out. */
  private static final String ABORT_TIMED_OUT_EVERY_MS =
      "transaction.abort.timed.out.transaction.cleanup.interval.ms";

  private BrokerSettings() {}

  /**
   * The settings with Kafka's default of 10 seconds for aborting timed-out transactions. With a
   * shorter time, a restarted coordinator aborts them before the partitions have leaders. Kafka 4.4
   * then treats these partitions as deleted and writes no abort markers, so the aborted records
   * become visible with the next commit.
   */
  static Map<String, String> forRestart(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put(ABORT_TIMED_OUT_EVERY_MS, "10000");
    return all;
  }

  /** Configures nodes and does not launch them. */
  static List<BrokerNode> nodes(Path folder, Broker.Options options) throws IOException {
    List<BrokerNode> nodes = new ArrayList<>();
    List<Integer> ports = freePorts(3 * options.nodeIds().size());
    for (int id : options.nodeIds()) {
      int first = 3 * nodes.size();
      nodes.add(
          new BrokerNode(
              id,
              new BrokerNode.Ports(ports.get(first), ports.get(first + 1), ports.get(first + 2)),
              folder.resolve("node-" + id)));
    }
    String voters =
        nodes.stream()
            .map(node -> node.id() + "@127.0.0.1:" + node.ports().controller())
            .collect(Collectors.joining(","));
    for (BrokerNode node : nodes) {
      Map<String, String> settings = new HashMap<>(fast(nodes.size()));
      settings.putAll(identity(node, voters));
      settings.putAll(options.properties());
      node.configure(settings);
    }
    return List.copyOf(nodes);
  }

  private static Map<String, String> identity(BrokerNode node, String voters) {
    return Map.of(
        "process.roles",
        "broker,controller",
        "node.id",
        Integer.toString(node.id()),
        "controller.quorum.voters",
        voters,
        "listeners",
        String.format(
            Locale.ROOT,
            "CLIENT://%s,INTERNAL://%s,CONTROLLER://127.0.0.1:%d",
            node.clientAddress(),
            node.internalAddress(),
            node.ports().controller()),
        "inter.broker.listener.name",
        "INTERNAL",
        "controller.listener.names",
        "CONTROLLER",
        "listener.security.protocol.map",
        "CLIENT:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs",
        node.log().resolveSibling("data").toString());
  }

  /** Settings for little memory, a fast start, and short time-outs. */
  private static Map<String, String> fast(int nodes) {
    String replicas = Integer.toString(Math.min(3, nodes));
    String inSync = Integer.toString(Math.min(2, nodes));
    return Map.ofEntries(
        Map.entry("auto.create.topics.enable", "false"),
        Map.entry("default.replication.factor", replicas),
        Map.entry("min.insync.replicas", inSync),
        Map.entry("offsets.topic.replication.factor", replicas),
        Map.entry("offsets.topic.num.partitions", "4"),
        Map.entry("transaction.state.log.replication.factor", replicas),
        Map.entry("transaction.state.log.min.isr", inSync),
        Map.entry("transaction.state.log.num.partitions", "4"),
        Map.entry(ABORT_TIMED_OUT_EVERY_MS, "500"),
        Map.entry("share.coordinator.state.topic.replication.factor", replicas),
        Map.entry("share.coordinator.state.topic.min.isr", inSync),
        Map.entry("share.coordinator.state.topic.num.partitions", "4"),
        Map.entry("group.initial.rebalance.delay.ms", "0"),
        Map.entry("group.min.session.timeout.ms", "1000"),
        Map.entry("group.consumer.session.timeout.ms", "6000"),
        Map.entry("group.consumer.min.session.timeout.ms", "1000"),
        Map.entry("group.consumer.heartbeat.interval.ms", "500"),
        Map.entry("group.consumer.min.heartbeat.interval.ms", "100"),
        Map.entry("broker.session.timeout.ms", "2000"),
        Map.entry("broker.heartbeat.interval.ms", "200"),
        Map.entry("num.network.threads", "2"),
        Map.entry("num.io.threads", "4"),
        Map.entry("log.cleaner.dedupe.buffer.size", "4194304"),
        Map.entry("log.index.size.max.bytes", "1048576"));
  }

  /** Different ports on which nothing listens now. */
  private static List<Integer> freePorts(int count) throws IOException {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int tries = 0; held.size() < count && tries < 1000; tries++) {
        ServerSocket socket = new ServerSocket();
        int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
        try {
          socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
          held.add(socket);
        } catch (IOException taken) {
          socket.close();
        }
      }
      if (held.size() < count) {
        throw new IOException(
            String.format(Locale.ROOT, "no free ports between %d and %d", FIRST_PORT, LAST_PORT));
      }
      return held.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      for (ServerSocket socket : held) {
        socket.close();
      }
    }
  }
}
