package dev.revoker.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One node of a {@link Broker}: a JVM of its own that can be killed, stopped, frozen and started
 * again on the same ports and data.
 */
public final class BrokerNode {
  /** The settings' name in the node's folder. */
  static final String SETTINGS = "server.properties";

  private static final long EXIT_SECONDS = 60;

  private final int id;
  private final Ports ports;
  private final Path folder;
  private Map<String, String> settings = Map.of();
  private @Nullable Process process;

  BrokerNode(int id, Ports ports, Path folder) {
    this.id = id;
    this.ports = ports;
    this.folder = folder;
  }

  /** The three ports of a node, which it keeps over restarts. */
  record Ports(int client, int internal, int controller) {}

  /** The node's id in the cluster. */
  public int id() {
    return id;
  }

  /** The process id of the JVM that runs or ran last. */
  public long pid() {
    return started().pid();
  }

  /** Whether the JVM runs, frozen or not. */
  public boolean alive() {
    return process != null && process.isAlive();
  }

  /** The broker's own log; appended to over restarts. */
  public Path log() {
    return folder.resolve("broker.log");
  }

  /** Ends the JVM at once, as by kill -9. */
  public void kill() {
    if (process != null) {
      // Not Process.destroyForcibly: it would close the child's standard input, too.
      process.toHandle().destroyForcibly();
      awaitExit();
    }
  }

  /** Ends the JVM in order, as by SIGTERM, and waits for it. */
  public void stop() {
    signalStop();
    awaitExit();
  }

  /** Starts the JVM again, on the same ports and data, and waits until the node serves. */
  public void restart() {
    launch();
    BrokerReady.await(this);
  }

  /** SIGSTOP: connections stay open and nothing answers. */
  public void freeze() {
    signal("STOP");
  }

  /** SIGCONT: goes on where it was frozen. */
  public void thaw() {
    signal("CONT");
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

  /** What the JVM itself printed, which is little. */
  Path console() {
    return folder.resolve("console.log");
  }

  /** Starts the JVM and does not wait until the node serves. */
  void launch() {
    if (alive()) {
      throw new IllegalStateException("node " + id + " runs already");
    }
    try {
      if (process != null) {
        configure(BrokerSettings.forAnotherStart(settings));
      }
      process =
          new ProcessBuilder(command())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(console().toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException("node " + id + " could not be started", e);
    }
  }

  /** Writes the settings that every launch reads. */
  void configure(Map<String, String> given) throws IOException {
    settings = given;
    Files.createDirectories(folder);
    Files.write(
        folder.resolve(SETTINGS),
        new TreeMap<>(settings)
            .entrySet().stream().map(entry -> escaped(entry.getKey(), entry.getValue())).toList());
  }

  /** Closes the pipe by which the child knows that this JVM lives. */
  void orphan() throws IOException {
    started().getOutputStream().close();
  }

  void signalStop() {
    if (process != null) {
      process.toHandle().destroy();
    }
  }

  void awaitExit() {
    if (process != null && !exitedWithin(EXIT_SECONDS * 1000)) {
      throw new IllegalStateException("node " + id + " did not end; its log: " + log());
    }
  }

  /** Waits for the JVM's end, up to that many milliseconds; whether it has ended. */
  boolean exitedWithin(long waitMs) {
    try {
      started().onExit().orTimeout(waitMs, TimeUnit.MILLISECONDS).join();
      return true;
    } catch (CompletionException e) {
      if (e.getCause() instanceof TimeoutException) {
        return false;
      }
      throw e;
    }
  }

  private Process started() {
    if (process == null) {
      throw new IllegalStateException("node " + id + " was never started");
    }
    return process;
  }

  private List<String> command() {
    return List.of(
        "/bin/sh",
        "-c",
        // Ignored signals stay ignored in the JVM: Ctrl-C reaches the parent alone.
        "trap '' INT HUP; exec \"$@\"",
        "broker",
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
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

  private void signal(String name) {
    try {
      Process kill =
          new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + started().pid())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (kill.onExit().join().exitValue() != 0) {
        throw new IllegalStateException("node " + id + " took no SIG" + name + ": does it run?");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("no shell to send SIG" + name, e);
    }
  }

  private static String escaped(String key, String value) {
    return key + "=" + value.replace("\\", "\\\\").replace("\n", "\\n");
  }
}
