package dev.revoker.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * A real Kafka cluster for tests and the demo: it starts fast and has short time-outs. It has one
 * or more nodes (KRaft, each node both broker and controller) on free ports of the loopback
 * interface. Each node runs in a JVM of its own, with its data in a temporary folder.
 *
 * <p>The nodes end with this JVM, even if it is killed, and delete their data; only a frozen node
 * survives a killed parent. Ctrl-C in the terminal does not reach them.
 *
 * <p>The class path of this JVM must contain the broker's jars. Every method waits until it is
 * done. It throws {@link IllegalStateException} if the cluster is not ready within 60 seconds, and
 * Kafka's own exception if Kafka refuses. Not thread-safe.
 */
public final class Broker implements AutoCloseable {
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
   */
  public record Options(List<Integer> nodeIds, Map<String, String> properties) {
    /** One node with the default settings. */
    public static final Options DEFAULTS = new Options(List.of(1), Map.of());

    public Options {
      nodeIds = List.copyOf(nodeIds);
      properties = Map.copyOf(properties);
      if (nodeIds.isEmpty()) {
        throw new IllegalArgumentException("nodeIds: at least one");
      }
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
      broker = new Broker(folder, BrokerSettings.nodes(folder, options));
    } catch (IOException e) {
      throw new UncheckedIOException("the folder for the broker's data could not be created", e);
    }
    Runtime.getRuntime().addShutdownHook(broker.exitHook);
    try {
      broker.nodes.forEach(BrokerNode::launch);
      broker.awaitReady();
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
    return nodes.stream()
        .filter(node -> node.id() == id)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no node " + id));
  }

  /** Sends SIGKILL to all nodes. They keep their data and ports. */
  public void kill() {
    nodes.forEach(BrokerNode::kill);
  }

  /** Sends SIGTERM to all nodes and waits for their end. */
  public void stop() {
    nodes.forEach(BrokerNode::requestStop);
    nodes.forEach(BrokerNode::awaitExit);
  }

  /** Starts the nodes again that were killed or stopped, with the same ports and data. */
  public void restart() {
    nodes.stream().filter(node -> !node.alive()).forEach(BrokerNode::launch);
    awaitReady();
  }

  /** SIGSTOP to all nodes: connections stay open, and nothing is answered. */
  public void freeze() {
    nodes.forEach(BrokerNode::freeze);
  }

  /** SIGCONT to all nodes. */
  public void thaw() {
    nodes.forEach(BrokerNode::thaw);
  }

  /** Creates a topic and waits until all its partitions have a leader. */
  public void createTopic(String name, int partitions, Map<String, String> configs) {
    NewTopic topic = new NewTopic(name, Optional.of(partitions), Optional.empty()).configs(configs);
    try (Admin admin = BrokerReady.admin(nodes)) {
      BrokerReady.join(admin.createTopics(List.of(topic)).all());
      BrokerReady.awaitLeaders(admin, name, partitions);
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

  private void awaitReady() {
    BrokerReady.awaitAll(nodes);
  }

  private void remove() {
    kill();
    try {
      Folders.remove(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("the broker's data could not be removed", e);
    }
  }
}
