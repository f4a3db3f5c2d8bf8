package dev.revoker.sandbox;

import dev.revoker.config.ConfigLoader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A worker in a child process, which can be killed. It gets its settings as environment variables,
 * because process arguments are visible to other users.
 */
public final class WorkerProcess extends ChildJvm implements AutoCloseable {
  private final Map<String, String> environment;
  private final List<String> jvmOptions;
  private final Path log;
  private final URI ops;

  private WorkerProcess(
      Map<String, String> environment, List<String> jvmOptions, Path log, URI ops) {
    super("worker", log);
    this.environment = environment;
    this.jvmOptions = List.copyOf(jvmOptions);
    this.log = log;
    this.ops = ops;
  }

  /**
   * Starts a worker and does not wait for it.
   *
   * @param settings as in the configuration file; {@code ops.listen} is a free port unless given
   * @param log the file to which its log is appended
   */
  public static WorkerProcess start(Map<String, String> settings, Path log) {
    return start(settings, List.of(), log);
  }

  /** The same with additional options for the JVM. */
  public static WorkerProcess start(
      Map<String, String> settings, List<String> jvmOptions, Path log) {
    Map<String, String> all = new HashMap<>(settings);
    String listen = all.computeIfAbsent("ops.listen", key -> "127.0.0.1:" + freePort());
    Map<String, String> environment =
        all.entrySet().stream()
            .collect(
                Collectors.toMap(
                    entry -> ConfigLoader.variableOf(entry.getKey()), Map.Entry::getValue));
    WorkerProcess worker =
        new WorkerProcess(environment, jvmOptions, log, URI.create("http://" + listen));
    worker.restart();
    return worker;
  }

  /**
   * The class path of a worker or another command, as arguments of {@code java}: without the
   * broker's jars, as in production.
   */
  public static List<String> classPath() {
    List<String> path = new ArrayList<>(jars("lib"));
    if (path.isEmpty()) {
      String brokerJars = File.separator + "lib" + File.separator + "sandbox" + File.separator;
      path.addAll(ownClassPath());
      path.removeIf(entry -> entry.contains(brokerJars));
    }
    return classes("worker", path);
  }

  /** The address of its endpoints. */
  public URI ops() {
    return ops;
  }

  /** Its log. */
  public Path log() {
    return log;
  }

  /** Starts the worker again after its end, with the same settings. */
  public void restart() {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                // The same as in bin/revoker.
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-Xmn24m",
                "-XX:SurvivorRatio=4",
                "-XX:+ExitOnOutOfMemoryError"));
    arguments.addAll(jvmOptions);
    arguments.addAll(classPath());
    arguments.addAll(List.of("dev.revoker.App", "worker"));
    launch(arguments, environment);
  }

  @Override
  public void close() {
    kill();
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException("no free port", e);
    }
  }
}
