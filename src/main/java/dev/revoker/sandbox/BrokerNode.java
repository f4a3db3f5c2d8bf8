package dev.revoker.sandbox;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import kafka.Kafka;
import kafka.tools.StorageTool;
import org.apache.kafka.common.utils.Utils;

/**
 * One node of a {@link Broker}, in a JVM of its own. It can be killed, stopped, and started again
 * with the same ports and data.
 */
public final class BrokerNode extends ChildJvm {
  /** The settings file in the node's folder. */
  static final String SETTINGS = "server.properties";

  /** The node's data in its folder. */
  static final String DATA = "data";

  /** How often a coordinator aborts the transactions that have timed out. */
  private static final String ABORT_TIMED_OUT_EVERY_MS =
      "transaction.abort.timed.out.transaction.cleanup.interval.ms";

  private final int id;
  private final Ports ports;
  private final Path folder;
  private final List<String> program;
  private final Properties settings = new Properties();

  BrokerNode(int id, Ports ports, Path folder, List<String> program) {
    super("node " + id, folder.resolve("console.log"));
    this.id = id;
    this.ports = ports;
    this.folder = folder;
    this.program = program;
  }

  /** The three ports of a node. They stay the same after a restart. */
  record Ports(int client, int internal, int controller) {}

  /** The node's id in the cluster. */
  public int id() {
    return id;
  }

  /** The broker's log. A restart appends to it. */
  public Path log() {
    return folder.resolve("broker.log");
  }

  /** Starts the node again with the same ports and data, and waits until it is ready. */
  public void restart() {
    launch();
    Broker.awaitReady(List.of(this));
  }

  String clientAddress() {
    return "127.0.0.1:" + ports.client();
  }

  String internalAddress() {
    return "127.0.0.1:" + ports.internal();
  }

  Ports ports() {
    return ports;
  }

  /** The end of the JVM's output, and of the broker's log if there is one. */
  @Override
  public String lastLines() {
    return super.lastLines() + (Files.exists(log()) ? "\n" + lastLines(log()) : "");
  }

  /**
   * Starts the JVM and does not wait until the node is ready.
   *
   * @param given settings over those of {@link Broker}
   */
  void launch(Map<String, String> given) {
    settings.putAll(given);
    launch();
  }

  private static List<String> classPath() {
    List<String> path = new ArrayList<>(jars("lib"));
    path.addAll(jars("lib/sandbox"));
    return classes("broker", path.isEmpty() ? ownClassPath() : path);
  }

  /** Starts the JVM again. */
  void launch() {
    try {
      Files.createDirectories(folder);
      try (OutputStream out = Files.newOutputStream(folder.resolve(SETTINGS))) {
        settings.store(out, null);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("node " + id + ": its settings could not be written", e);
    }
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-Dlogback.configurationFile=dev/revoker/sandbox/broker-logback.xml",
                "-Drevoker.broker.log=" + log()));
    if (program.isEmpty()) {
      arguments.addAll(classPath());
      arguments.add(Main.class.getName());
    } else {
      arguments.addAll(program);
    }
    arguments.add(folder.toString());
    launch(arguments, Map.of());
    // With a shorter time, a restarted coordinator aborts transactions before the partitions have
    // leaders. Kafka 4.4 then treats these partitions as deleted and writes no abort markers, so
    // the aborted records become visible with the next commit.
    settings.put(ABORT_TIMED_OUT_EVERY_MS, "10000");
  }

  /**
   * The main class of a node's JVM; its argument is the node's folder. Formats new storage, then
   * runs Kafka. Ends when its standard input ends, because then the parent has ended.
   */
  static final class Main {
    /** The same for all clusters: nodes find each other by their ports. */
    static final String CLUSTER_ID = "cmV2b2tlci1zYW5kYm94Lg";

    private Main() {}

    public static void main(String[] args) {
      Path folder = Path.of(args[0]);
      String settings = folder.resolve(SETTINGS).toString();
      Thread.ofPlatform().name("parent-watch").daemon().start(() -> endWithParent(folder));
      if (!Files.exists(folder.resolve(DATA).resolve("meta.properties"))) {
        String[] format = {
          "format", "--ignore-formatted", "--cluster-id", CLUSTER_ID, "--config", settings
        };
        int exit = StorageTool.execute(format, System.out);
        if (exit != 0) {
          throw new IllegalStateException("the storage could not be formatted: exit " + exit);
        }
      }
      Kafka.main(new String[] {settings});
    }

    private static void endWithParent(Path folder) {
      try {
        while (System.in.read() >= 0) {
          // The parent writes nothing.
        }
        Utils.delete(folder.toFile());
        Files.deleteIfExists(folder.resolveSibling(""));
      } catch (DirectoryNotEmptyException othersAreThere) {
        // The last node that ends deletes the cluster's folder.
      } catch (IOException e) {
        System.out.println("the parent has ended; its folder could not be deleted: " + e);
      } finally {
        Runtime.getRuntime().halt(1);
      }
    }
  }
}
