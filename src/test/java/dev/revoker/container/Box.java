package dev.revoker.container;

import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.InternalServerErrorException;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.startupcheck.IsRunningStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/** A container that can be killed, paused, stopped and started again, on the same ports. */
final class Box extends GenericContainer<Box> {
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  /**
   * Below the ranges from which systems take the ports of outgoing connections: no client gets the
   * port of a container that is down just now.
   */
  private static final int FIRST_PORT = 20_000;

  private static final int LAST_PORT = 32_000;
  private static final long MEBIBYTE = 1 << 20;
  private static final long SECOND_NANOS = 1_000_000_000;

  /** On the host's port of that number, so that the address outlives a restart. */
  private int hostPort;

  private Box(String image, String name, Network network) {
    super(DockerImageName.parse(image));
    withNetwork(network);
    withNetworkAliases(name);
    withStartupCheckStrategy(new IsRunningStartupCheckStrategy());
    waitingFor(Wait.forHealthcheck().withStartupTimeout(PATIENCE));
  }

  /** Of any image, healthy when the command succeeds in it. */
  static Box of(String image, String name, Network network, List<String> healthy) {
    return new Box(image, name, network)
        .withCreateContainerCmdModifier(command -> command.withHealthcheck(check(healthy)));
  }

  /** Of our image, as it is meant to run: nothing writable but /tmp, no privileges, 512 MiB. */
  static Box revoker(String name, Network network, List<String> healthy) {
    return of(Cli.image(), name, network, healthy)
        .withCreateContainerCmdModifier(
            command -> {
              HostConfig host = command.getHostConfig();
              host.withReadonlyRootfs(true)
                  .withTmpFs(Map.of("/tmp", "exec,mode=1777,size=32m"))
                  .withCapDrop(Capability.ALL)
                  .withSecurityOpts(List.of("no-new-privileges:true"))
                  .withMemory(512 * MEBIBYTE);
            });
  }

  /** Publishes a port of the container on a free port of the host, kept over restarts. */
  Box withKeptPort(int port) {
    hostPort = freePort();
    withExposedPorts(port);
    return withCreateContainerCmdModifier(
        command ->
            command
                .getHostConfig()
                .withPortBindings(PortBinding.parse("127.0.0.1:" + hostPort + ":" + port)));
  }

  /** The port on the host. */
  int hostPort() {
    return hostPort;
  }

  /** kill -9. */
  void kill() {
    docker().killContainerCmd(getContainerId()).withSignal("KILL").exec();
    await().atMost(PATIENCE).until(() -> !running());
  }

  /** docker stop: SIGTERM, and SIGKILL after the time; returns the exit code. */
  long stopped(Duration patience) {
    docker()
        .stopContainerCmd(getContainerId())
        .withTimeout(Math.toIntExact(patience.toSeconds()))
        .exec();
    return inspected().getState().getExitCodeLong();
  }

  /** Starts again what was killed or stopped, and waits until it is healthy. */
  void restart() {
    docker().startContainerCmd(getContainerId()).exec();
    awaitHealthy();
  }

  /**
   * Every process in it stands still; connections stay open and nothing answers. Asked for again
   * where the kernel could not freeze a busy process at once ("unable to freeze").
   */
  void pause() {
    await()
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(InternalServerErrorException.class)
        .until(
            () -> {
              docker().pauseContainerCmd(getContainerId()).exec();
              return true;
            });
  }

  void unpause() {
    docker().unpauseContainerCmd(getContainerId()).exec();
  }

  void awaitHealthy() {
    await()
        .atMost(PATIENCE)
        .until(() -> "healthy".equals(inspected().getState().getHealth().getStatus()));
  }

  private boolean running() {
    return Boolean.TRUE.equals(inspected().getState().getRunning());
  }

  private InspectContainerResponse inspected() {
    return docker().inspectContainerCmd(getContainerId()).exec();
  }

  private DockerClient docker() {
    return getDockerClient();
  }

  private static HealthCheck check(List<String> command) {
    return new HealthCheck()
        .withTest(Stream.concat(Stream.of("CMD"), command.stream()).toList())
        .withInterval(SECOND_NANOS)
        .withTimeout(6 * SECOND_NANOS)
        .withRetries(3)
        .withStartPeriod(90 * SECOND_NANOS);
  }

  private static int freePort() {
    for (int tries = 0; tries < 1000; tries++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
      try (ServerSocket socket = new ServerSocket()) {
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return port;
      } catch (IOException taken) {
        continue;
      }
    }
    throw new AssertionError("no free port from %d to %d".formatted(FIRST_PORT, LAST_PORT));
  }
}
