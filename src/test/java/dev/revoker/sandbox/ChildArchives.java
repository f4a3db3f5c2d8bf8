package dev.revoker.sandbox;

import static org.awaitility.Awaitility.await;

import dev.revoker.model.Secret;
import dev.revoker.time.SystemTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Lets a broker and a worker revoke one key and stop, which writes the archives of their classes
 * (pom.xml, before the integration tests). The tests start more than a hundred such JVMs.
 */
final class ChildArchives {
  private ChildArchives() {}

  public static void main(String[] none) throws IOException {
    Path folder = Path.of(System.getProperty("revoker.child.archives"));
    Files.createDirectories(folder);
    remove(folder);
    try {
      write();
    } catch (IllegalStateException tooSlow) {
      System.out.println("The tests run without archives, slower: " + tooSlow.getMessage());
      remove(folder);
    }
  }

  private static void remove(Path folder) throws IOException {
    for (String kind : List.of("broker", "worker")) {
      Files.deleteIfExists(folder.resolve(kind + ".jsa"));
    }
  }

  private static void write() {
    try (SystemTime time = new SystemTime();
        LocalStack stack = LocalStack.start(time);
        ResultLog results = new ResultLog(stack.broker().bootstrapServers(), LocalStack.RESULTS);
        Submitter submitter = new Submitter(stack.broker().bootstrapServers())) {
      WorkerProcess worker = stack.startWorker("worker", Map.of());
      Secret key = stack.api().generateKeys(LocalStack.ACCOUNT, 1).getFirst();
      submitter.send(LocalStack.URGENT, List.of(Submitter.request(key, Map.of())));
      await().atMost(Duration.ofSeconds(60)).until(() -> results.count() > 0);
      worker.stop();
      stack.broker().stop();
    }
  }
}
