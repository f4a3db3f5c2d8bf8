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
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntPredicate;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.startupcheck.IsRunningStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;
import org.testcontainers.utility.DockerImageName;

/** A container that can be killed, paused, stopped and started again, on the same ports. */
final class Box extends GenericContainer<Box> {
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  /**
   * Below the ports that systems use for outgoing connections, so that no client takes the port of
   * a container while it is down.
   */
  private static final int FIRST_PORT = 20_000;

  private static final int LAST_PORT = 32_000;
  private static final long MEBIBYTE = 1 << 20;

  /** The same after a restart, so that the address stays. */
  private final int hostPort = freePort();

  private final IntPredicate ready;

  private Box(String image, String name, Network network, int port, IntPredicate ready) {
    super(DockerImageName.parse(image));
    this.ready = ready;
    withNetwork(network);
    withNetworkAliases(name);
    withExposedPorts(port);
    withStartupCheckStrategy(new IsRunningStartupCheckStrategy());
    waitingFor(
        new AbstractWaitStrategy() {
          @Override
          protected void waitUntilReady() {
            awaitReady();
          }
        });
    withCreateContainerCmdModifier(
        command -> {
          command
              .getHostConfig()
              .withPortBindings(PortBinding.parse("127.0.0.1:" + hostPort + ":" + port));
          // A health check starts a process in the container each time. Asking from here does not.
          command.withHealthcheck(new HealthCheck().withTest(List.of("NONE")));
        });
  }

  /** Of any image; ready when the predicate says so of the port on this host. */
  static Box of(String image, String name, Network network, int port, IntPredicate ready) {
    return new Box(image, name, network, port, ready);
  }

  /**
   * Of our image, as it is meant to run: nothing writable but /tmp, no privileges, 512 MiB. Ready
   * when the path answers 200.
   */
  static Box revoker(String name, Network network, int port, String path) {
    return of(Cli.image(), name, network, port, on -> answers(on, path))
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

  /** Whether a GET is answered with 200. */
  static boolean answers(int port, String path) {
    try {
      HttpURLConnection connection =
          (HttpURLConnection)
              URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
      connection.setConnectTimeout(5_000);
      connection.setReadTimeout(5_000);
      return connection.getResponseCode() == 200;
    } catch (IOException notYet) {
      return false;
    }
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

  /** Starts again what was killed or stopped, and waits until it is ready. */
  void restart() {
    docker().startContainerCmd(getContainerId()).exec();
    awaitReady();
  }

  /** Whether a command in the container exits with 0. */
  boolean succeeds(String... command) {
    try {
      return execInContainer(command).getExitCode() == 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /**
   * Freezes every process in it; connections stay open and nothing answers. Repeated while the
   * kernel cannot freeze a busy process ("unable to freeze").
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

  void awaitReady() {
    await().atMost(PATIENCE).until(() -> ready.test(hostPort));
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
