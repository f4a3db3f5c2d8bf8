package dev.revoker.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One node of a {@link Broker}, in a JVM of its own. It can be killed, stopped, frozen, and started
 * again with the same ports and data.
 */
public final class BrokerNode {
  /** The settings file in the node's folder. */
  static final String SETTINGS = "server.properties";

  private static final Duration LONGEST_STOP = Duration.ofSeconds(60);

  private final int id;
  private final Ports ports;
  private final Path folder;
  private Map<String, String> settings = Map.of();
  private @Nullable ChildJvm jvm;

  BrokerNode(int id, Ports ports, Path folder) {
    this.id = id;
    this.ports = ports;
    this.folder = folder;
  }

  /** The three ports of a node. They stay the same after a restart. */
  record Ports(int client, int internal, int controller) {}

  /** The node's id in the cluster. */
  public int id() {
    return id;
  }

  /** The process id of the current or last JVM. */
  public long pid() {
    return started().pid();
  }

  /** Whether the JVM runs, frozen or not. */
  public boolean alive() {
    return jvm != null && jvm.alive();
  }

  /** The broker's log. A restart appends to it. */
  public Path log() {
    return folder.resolve("broker.log");
  }

  /** Sends SIGKILL and waits for the end. */
  public void kill() {
    if (jvm != null) {
      jvm.kill();
    }
  }

  /** Sends SIGTERM and waits for the end. */
  public void stop() {
    requestStop();
    awaitExit();
  }

  /** Starts the node again with the same ports and data, and waits until it is ready. */
  public void restart() {
    launch();
    BrokerReady.await(this);
  }

  /** SIGSTOP: connections stay open, and nothing is answered. */
  public void freeze() {
    started().signal("STOP");
  }

  /** SIGCONT: the node continues after {@link #freeze}. */
  public void thaw() {
    started().signal("CONT");
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

  /** The JVM's own output. */
  Path console() {
    return folder.resolve("console.log");
  }

  /** Starts the JVM and does not wait until the node is ready. */
  void launch() {
    if (alive()) {
      throw new IllegalStateException("node " + id + " is already running");
    }
    try {
      if (jvm != null) {
        configure(BrokerSettings.forRestart(settings));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("node " + id + ": its settings could not be written", e);
    }
    jvm = ChildJvm.start("node " + id, arguments(), Map.of(), console());
  }

  /** Writes the settings, which every launch reads. */
  void configure(Map<String, String> given) throws IOException {
    settings = given;
    Files.createDirectories(folder);
    Files.write(
        folder.resolve(SETTINGS),
        new TreeMap<>(settings)
            .entrySet().stream().map(entry -> escaped(entry.getKey(), entry.getValue())).toList());
  }

  void requestStop() {
    if (jvm != null) {
      jvm.requestStop();
    }
  }

  void awaitExit() {
    if (jvm != null && !jvm.exitedWithin(LONGEST_STOP)) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT, "node %d did not end within %s; its log: %s", id, LONGEST_STOP, log()));
    }
  }

  /** The current or last JVM. */
  ChildJvm started() {
    if (jvm == null) {
      throw new IllegalStateException("node " + id + " was never started");
    }
    return jvm;
  }

  private List<String> arguments() {
    return List.of(
        "-Xmx512m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-XX:+ExitOnOutOfMemoryError",
        "-Dlogback.configurationFile=dev/revoker/sandbox/broker-logback.xml",
        "-Drevoker.broker.log=" + log(),
        "-cp",
        System.getProperty("java.class.path"),
        BrokerMain.class.getName(),
        folder.toString());
  }

  private static String escaped(String key, String value) {
    return key + "=" + value.replace("\\", "\\\\").replace("\n", "\\n");
  }
}
