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
 * A real Kafka cluster of one or more nodes (KRaft, each node both broker and controller) on free
 * ports of the loopback interface, each node in a JVM of its own, data in a temporary folder. Made
 * for tests and demonstrations: it starts fast and has short time-outs.
 *
 * <p>The nodes die with this JVM, even if it is killed, and take their data with them; only a
 * frozen node outlives a killed parent. They ignore an interrupt from the terminal, so that Ctrl-C
 * leaves it to this JVM when they end.
 *
 * <p>The parent's class path must hold the broker's jars. Every method waits until it is done and
 * throws {@link IllegalStateException} where the cluster does not do what was asked within 60
 * seconds, and Kafka's own exception where it refuses. For use by one thread at a time.
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
   * @param nodeIds one node for each; topics get three replicas, or one for each node where there
   *     are fewer
   * @param properties broker settings over the built-in ones. The listener for clients is named
   *     {@code CLIENT}: {@code listener.security.protocol.map=CLIENT:SASL_SSL,...} and {@code
   *     listener.name.client.*} secure it, while nodes and this class use {@code INTERNAL}
   */
  public record Options(List<Integer> nodeIds, Map<String, String> properties) {
    /** One node, built-in settings. */
    public static final Options DEFAULTS = new Options(List.of(1), Map.of());

    public Options {
      nodeIds = List.copyOf(nodeIds);
      properties = Map.copyOf(properties);
      if (nodeIds.isEmpty()) {
        throw new IllegalArgumentException("nodeIds: at least one");
      }
    }

    /** One node with settings over the built-in ones. */
    public static Options with(Map<String, String> properties) {
      return new Options(List.of(1), properties);
    }
  }

  /** Starts a cluster of one node and waits until it serves. */
  public static Broker start() {
    return start(Options.DEFAULTS);
  }

  /** Starts a cluster and waits until all its nodes serve. */
  public static Broker start(Options options) {
    Broker broker;
    try {
      Path folder = Files.createTempDirectory("revoker-broker-");
      broker = new Broker(folder, BrokerSettings.nodes(folder, options));
    } catch (IOException e) {
      throw new UncheckedIOException("no folder for the broker's data", e);
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

  /** What clients take as {@code bootstrap.servers}; the same after every restart. */
  public String bootstrapServers() {
    return nodes.stream().map(BrokerNode::clientAddress).collect(Collectors.joining(","));
  }

  /** The nodes in the order of their ids' list, to be broken one at a time. */
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

  /** Ends all nodes at once, as by kill -9. Data and ports stay theirs. */
  public void kill() {
    nodes.forEach(BrokerNode::kill);
  }

  /** Ends all nodes in order, as by SIGTERM. */
  public void stop() {
    nodes.forEach(BrokerNode::signalStop);
    nodes.forEach(BrokerNode::awaitExit);
  }

  /** Starts again what was killed or stopped, on the same ports and data. */
  public void restart() {
    nodes.stream().filter(node -> !node.alive()).forEach(BrokerNode::launch);
    awaitReady();
  }

  /** Stops all nodes in their tracks (SIGSTOP): connections stay open and nothing answers. */
  public void freeze() {
    nodes.forEach(BrokerNode::freeze);
  }

  /** Lets frozen nodes go on (SIGCONT). */
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
      return; // The JVM is ending, and the hook does the same.
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
