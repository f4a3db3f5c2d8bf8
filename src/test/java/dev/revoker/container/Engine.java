package dev.revoker.container;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;

/** The container engine of this machine: asked once, by the first test that needs it. */
final class Engine {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration PULL = Duration.ofMinutes(10);

  private Engine() {}

  /** Why the suite cannot run here; empty if it can. Answers soon. */
  static Optional<String> trouble() {
    return Asked.TROUBLE;
  }

  /** Apart, for what is asked runs on another thread, which must find this class initialized. */
  private static final class Asked {
    static final Optional<String> TROUBLE = look();
  }

  private static Optional<String> look() {
    return Cli.complaint(PATIENCE, "docker", "info")
        .map(why -> "no container engine answers `docker info`: " + why)
        .or(Engine::noBuilder)
        .or(Engine::missingImage)
        .or(Engine::testcontainers);
  }

  private static Optional<String> noBuilder() {
    return Cli.complaint(PATIENCE, "docker", "buildx", "version")
        .map(why -> "an engine answers, but it can't build our image without buildx: " + why);
  }

  /** What can't be pulled fails here at once, and in Testcontainers after minutes. */
  private static Optional<String> missingImage() {
    return Stream.of("eclipse-temurin", "apache/kafka", "prom/prometheus")
        .map(Images::named)
        .filter(image -> Cli.complaint(PATIENCE, "docker", "image", "inspect", image).isPresent())
        .flatMap(
            image ->
                Cli.complaint(PULL, "docker", "pull", image).stream()
                    .map(why -> "an engine answers, but it can't get " + image + ": " + why))
        .findFirst();
  }

  private static Optional<String> testcontainers() {
    CompletableFuture<Void> start = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                DockerClientFactory.instance().client();
                start.complete(null);
              } catch (RuntimeException | LinkageError e) {
                start.completeExceptionally(e);
              }
            });
    try {
      start.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
      return Optional.empty();
    } catch (CompletionException e) {
      return Optional.of(
          "an engine answers, but Testcontainers can't use it: "
              + reason(e.getCause())
              + ". Where its helper's image can't be pulled, set"
              + " TESTCONTAINERS_RYUK_DISABLED=true");
    }
  }

  private static String reason(Throwable cause) {
    return cause instanceof TimeoutException
        ? "no answer within " + PATIENCE.toSeconds() + " s"
        : cause.toString();
  }
}
