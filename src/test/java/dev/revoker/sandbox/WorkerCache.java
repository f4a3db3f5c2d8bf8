package dev.revoker.sandbox;

import static org.awaitility.Awaitility.await;

import dev.revoker.config.ConfigLoader;
import dev.revoker.time.SystemTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Lets the worker of the distribution folder revoke some keys and stop, which writes the AOT cache
 * that {@code bin/revoker} uses (pom.xml, at the end of the phase package). The cache gets its name
 * when it is whole. A build without a cache is complete too: its worker only starts slower.
 */
final class WorkerCache {
  private static final int OLDEST_JAVA = 25;
  private static final int KEYS = 200;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private WorkerCache() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    Path home = Path.of(args[0]).toAbsolutePath();
    Path whole = home.resolve("revoker.aot");
    Path unfinished = home.resolve("revoker.aot.unfinished");
    if (Runtime.version().feature() < OLDEST_JAVA) {
      return;
    }
    try {
      train(home, unfinished);
      Files.move(unfinished, whole, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | RuntimeException failed) {
      System.out.println("The worker will start without an AOT cache, slower: " + failed);
      Files.deleteIfExists(unfinished);
    }
  }

  private static void train(Path home, Path cache) throws IOException, InterruptedException {
    try (SystemTime time = new SystemTime();
        LocalStack stack = LocalStack.start(time);
        ResultLog results = new ResultLog(stack.broker().bootstrapServers(), LocalStack.RESULTS);
        Submitter submitter = new Submitter(stack.broker().bootstrapServers())) {
      ProcessBuilder builder =
          new ProcessBuilder(home.resolve("bin/revoker").toString(), "worker")
              .directory(home.toFile())
              .redirectErrorStream(true)
              .redirectOutput(stack.folder().resolve("training.log").toFile());
      builder.environment().keySet().removeIf(name -> name.startsWith("REVOKER_"));
      stack
          .workerSettings()
          .forEach((key, value) -> builder.environment().put(ConfigLoader.variableOf(key), value));
      builder.environment().put("REVOKER_OPS_LISTEN", "127.0.0.1:0");
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      // Relative, because blanks separate these options.
      builder.environment().put("REVOKER_JAVA_OPTS", "-XX:AOTCacheOutput=" + cache.getFileName());
      Process worker = builder.start();
      try {
        for (String topic : List.of(LocalStack.URGENT, LocalStack.STANDARD)) {
          submitter.send(
              topic,
              stack.api().generateKeys(LocalStack.ACCOUNT, KEYS).stream()
                  .map(key -> Submitter.request(key, Map.of()))
                  .toList());
        }
        await().atMost(PATIENCE).until(() -> results.count() == 2 * KEYS || !worker.isAlive());
        worker.destroy();
        if (!worker.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || worker.exitValue() != 0) {
          throw new IllegalStateException("the worker did not stop well");
        }
      } finally {
        worker.destroyForcibly();
      }
    }
  }
}
