package dev.revoker.sandbox;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.utils.Utils;

/**
 * A real Kafka cluster for tests and the demo: it starts fast and has short time-outs. It has one
 * or more nodes (KRaft, each node both broker and controller) on free ports of the loopback
 * interface. Each node runs in a JVM of its own, with its data in a temporary folder.
 *
 * <p>The nodes end with this JVM, even if it is killed, and delete their data; only a stopped
 * (SIGSTOP) node survives a killed parent. Ctrl-C in the terminal does not reach them.
 *
 * <p>The class path of this JVM must contain the broker's jars. Every method waits until it is
 * done. It throws {@link IllegalStateException} if the cluster is not ready within 60 seconds, and
 * Kafka's own exception if Kafka refuses. Not thread-safe.
 */
public final class Broker implements AutoCloseable {
  /**
   * Below the ports that systems use for outgoing connections, so that no client takes the port of
   * a node while the node is down.
   */
  private static final int FIRST_PORT = 20_000;

  private static final int LAST_PORT = 32_000;
  private static final int PAUSE_MS = 25;
  private static final int PAUSES = 60_000 / PAUSE_MS;

  /** For little memory, a fast start, and short time-outs. */
  private static final String SETTINGS =
      """
      process.roles=broker,controller
      inter.broker.listener.name=INTERNAL
      controller.listener.names=CONTROLLER
      listener.security.protocol.map=CLIENT:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT
      auto.create.topics.enable=false
      default.replication.factor=REPLICAS
      min.insync.replicas=IN_SYNC
      offsets.topic.replication.factor=REPLICAS
      offsets.topic.num.partitions=4
      transaction.state.log.replication.factor=REPLICAS
      transaction.state.log.min.isr=IN_SYNC
      transaction.state.log.num.partitions=4
      transaction.abort.timed.out.transaction.cleanup.interval.ms=500
      share.coordinator.state.topic.replication.factor=REPLICAS
      share.coordinator.state.topic.min.isr=IN_SYNC
      share.coordinator.state.topic.num.partitions=4
      group.initial.rebalance.delay.ms=0
      group.min.session.timeout.ms=1000
      group.consumer.session.timeout.ms=6000
      group.consumer.min.session.timeout.ms=1000
      group.consumer.heartbeat.interval.ms=500
      group.consumer.min.heartbeat.interval.ms=100
      broker.session.timeout.ms=2000
      broker.heartbeat.interval.ms=200
      num.network.threads=2
      num.io.threads=4
      log.cleaner.dedupe.buffer.size=4194304
      log.index.size.max.bytes=1048576
      """;

  private final Path folder;
  private final List<BrokerNode> nodes;
  private final Thread exitHook;

  private Broker(Path folder, List<BrokerNode> nodes) {
    this.folder = folder;
    this.nodes = nodes;
    this.exitHook = Thread.ofPlatform().name("revoker-broker-exit").unstarted(this::remove);
  }

  /**
   * What to start.
   *
   * @param nodeIds the ids of the nodes; topics get three replicas, or one on each node of a
   *     smaller cluster
   * @param properties broker settings that override the defaults. Clients use the listener {@code
   *     CLIENT}, which {@code listener.security.protocol.map=CLIENT:SASL_SSL,...} and {@code
   *     listener.name.client.*} secure. Nodes and this class use the listener {@code INTERNAL}
   * @param program class path and main class of the nodes, as arguments of {@code java}; empty for
   *     Kafka of this JVM's version
   */
  public record Options(
      List<Integer> nodeIds, Map<String, String> properties, List<String> program) {
    /** One node with the default settings. */
    public static final Options DEFAULTS = with(Map.of());

    public Options {
      nodeIds = List.copyOf(nodeIds);
      properties = Map.copyOf(properties);
      program = List.copyOf(program);
      if (nodeIds.isEmpty()) {
        throw new IllegalArgumentException("nodeIds: at least one");
      }
    }

    /** Nodes of this JVM's version of Kafka. */
    public Options(List<Integer> nodeIds, Map<String, String> properties) {
      this(nodeIds, properties, List.of());
    }

    /** One node with settings that override the defaults. */
    public static Options with(Map<String, String> properties) {
      return new Options(List.of(1), properties);
    }
  }

  /** Starts a cluster of one node and waits until it is ready. */
  public static Broker start() {
    return start(Options.DEFAULTS);
  }

  /** Starts a cluster and waits until all its nodes are ready. */
  public static Broker start(Options options) {
    Broker broker;
    try {
      Path folder = Files.createTempDirectory("revoker-broker-");
      broker = new Broker(folder, nodes(folder, options.nodeIds(), options.program()));
    } catch (IOException e) {
      throw new UncheckedIOException("the broker's folder or ports could not be had", e);
    }
    Runtime.getRuntime().addShutdownHook(broker.exitHook);
    try {
      for (BrokerNode node : broker.nodes) {
        Map<String, String> settings = settings(node, broker.nodes);
        settings.putAll(options.properties());
        node.launch(settings);
      }
      awaitReady(broker.nodes);
      return broker;
    } catch (RuntimeException e) {
      broker.close();
      throw e;
    }
  }

  /** The {@code bootstrap.servers} of clients. It stays the same after a restart. */
  public String bootstrapServers() {
    return nodes.stream().map(BrokerNode::clientAddress).collect(Collectors.joining(","));
  }

  /** The nodes, in the order of the ids in the options. */
  public List<BrokerNode> nodes() {
    return nodes;
  }

  /** The node with this id. */
  public BrokerNode node(int id) {
    return nodes.stream().filter(node -> node.id() == id).findFirst().orElseThrow();
  }

  /** Sends SIGKILL to all nodes. They keep their data and ports. */
  public void kill() {
    nodes.forEach(BrokerNode::kill);
  }

  /** Sends SIGTERM to all nodes and waits for their end. */
  public void stop() {
    nodes.forEach(BrokerNode::requestStop);
    nodes.forEach(BrokerNode::stop);
  }

  /** Starts the nodes again that were killed or stopped, with the same ports and data. */
  public void restart() {
    nodes.stream().filter(node -> !node.alive()).forEach(BrokerNode::launch);
    awaitReady(nodes);
  }

  /** Creates a topic and waits until all its partitions have a leader. */
  public void createTopic(String name, int partitions, Map<String, String> configs) {
    NewTopic topic = new NewTopic(name, Optional.of(partitions), Optional.empty()).configs(configs);
    try (Admin admin = admin(nodes)) {
      join(admin.createTopics(List.of(topic)).all());
      until(
          nodes,
          () ->
              join(admin.describeTopics(List.of(name)).allTopicNames()).values().stream()
                  .flatMap(description -> description.partitions().stream())
                  .allMatch(one -> one.leader() != null && !one.leader().isEmpty()));
    }
  }

  /** Kills the nodes and removes their data. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(exitHook);
    } catch (IllegalStateException e) {
      return; // The JVM is ending, and the hook removes everything.
    }
    remove();
  }

  private void remove() {
    kill();
    try {
      Utils.delete(folder.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException("the broker's data could not be removed", e);
    }
  }

  /** Waits until these nodes have joined the cluster and answer. */
  static void awaitReady(List<BrokerNode> nodes) {
    // By plain connections: a Kafka client would log a warning for each failed attempt.
    until(
        nodes,
        () ->
            nodes.stream()
                .allMatch(node -> accepts(node.ports().client(), node.ports().internal())));
    List<Integer> ids = nodes.stream().map(BrokerNode::id).toList();
    try (Admin admin = admin(nodes)) {
      until(
          nodes,
          () ->
              join(admin.describeCluster().nodes()).stream()
                  .map(Node::id)
                  .toList()
                  .containsAll(ids));
    }
  }

  /** Nodes that are not launched yet, on different ports on which nothing listens now. */
  static List<BrokerNode> nodes(Path folder, List<Integer> ids, List<String> program)
      throws IOException {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int tries = 0; held.size() < 3 * ids.size(); tries++) {
        ServerSocket socket = new ServerSocket();
        held.add(socket);
        int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
        try {
          socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException taken) {
          held.remove(socket);
          socket.close();
          if (tries == 1000) {
            throw taken;
          }
        }
      }
      List<BrokerNode> nodes = new ArrayList<>();
      for (int id : ids) {
        List<Integer> ports =
            held.subList(3 * nodes.size(), 3 * nodes.size() + 3).stream()
                .map(ServerSocket::getLocalPort)
                .toList();
        nodes.add(
            new BrokerNode(
                id,
                new BrokerNode.Ports(ports.get(0), ports.get(1), ports.get(2)),
                folder.resolve("node-" + id),
                program));
      }
      return List.copyOf(nodes);
    } finally {
      for (ServerSocket socket : held) {
        socket.close();
      }
    }
  }

  /** The default settings of a node. */
  static Map<String, String> settings(BrokerNode node, List<BrokerNode> nodes) {
    Properties common = new Properties();
    try {
      common.load(
          new StringReader(
              SETTINGS
                  .replace("REPLICAS", Integer.toString(Math.min(3, nodes.size())))
                  .replace("IN_SYNC", Integer.toString(Math.min(2, nodes.size())))));
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory", e);
    }
    Map<String, String> settings = new HashMap<>();
    common.forEach((key, value) -> settings.put(key.toString(), value.toString()));
    settings.put("node.id", Integer.toString(node.id()));
    settings.put(
        "controller.quorum.voters",
        nodes.stream()
            .map(each -> each.id() + "@127.0.0.1:" + each.ports().controller())
            .collect(Collectors.joining(",")));
    settings.put(
        "listeners",
        String.format(
            Locale.ROOT,
            "CLIENT://%s,INTERNAL://%s,CONTROLLER://127.0.0.1:%d",
            node.clientAddress(),
            node.internalAddress(),
            node.ports().controller()));
    settings.put("log.dirs", node.log().resolveSibling(BrokerNode.DATA).toString());
    return settings;
  }

  /** A client of the internal listener, which needs no credentials. */
  private static Admin admin(List<BrokerNode> nodes) {
    return Admin.create(
        Map.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
            nodes.stream().map(BrokerNode::internalAddress).collect(Collectors.joining(",")),
            AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
            60_000,
            AdminClientConfig.ENABLE_METRICS_PUSH_CONFIG,
            false));
  }

  private static <T> T join(KafkaFuture<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private static boolean accepts(int... ports) {
    for (int port : ports) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
      } catch (IOException notYet) {
        return false;
      }
    }
    return true;
  }

  /** Waits for the condition while the nodes run. Counts pauses instead of reading a clock. */
  private static void until(List<BrokerNode> nodes, BooleanSupplier condition) {
    for (int pauses = 0; pauses < PAUSES; pauses++) {
      try {
        if (condition.getAsBoolean()) {
          return;
        }
      } catch (RetriableException notYet) {
        // The cluster is electing leaders, or does not know the topic yet. Ask again.
      }
      for (BrokerNode node : nodes) {
        if (!node.alive()) {
          throw new IllegalStateException("node " + node.id() + " has ended:\n" + node.lastLines());
        }
      }
      CompletableFuture.runAsync(
              () -> {}, CompletableFuture.delayedExecutor(PAUSE_MS, TimeUnit.MILLISECONDS))
          .join();
    }
    throw new IllegalStateException(
        "the broker is not ready after 60 s:\n"
            + nodes.stream().map(BrokerNode::lastLines).collect(Collectors.joining("\n")));
  }
}
