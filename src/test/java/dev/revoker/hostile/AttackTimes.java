package dev.revoker.hostile;

import dev.revoker.model.Secret;
import dev.revoker.sandbox.LocalStack;
import dev.revoker.sandbox.ResultLog;
import dev.revoker.sandbox.Submitter;
import dev.revoker.sandbox.WorkerProcess;
import dev.revoker.time.SystemTime;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Measures how long an urgent request waits for its result behind records that are slow to redact.
 * After {@code mvn test-compile}, with {@code CP} from {@code mvn dependency:build-classpath
 * -Dmdep.includeScope=test -Dmdep.outputFile=...}:
 *
 * <pre>java -cp target/test-classes:target/classes:$CP dev.revoker.hostile.AttackTimes</pre>
 */
public final class AttackTimes {
  private static final Duration PATIENCE = Duration.ofMinutes(20);

  private AttackTimes() {}

  /** Prints the times without an attack and of both attacks, each on a broker of its own. */
  public static void main(String[] arguments) throws Exception {
    measure("no attack", 0, 0);
    measure("400 slow records in the standard lane", 0, 400);
    measure("90 slow records in each lane", 90, 90);
  }

  private static void measure(String attack, int urgent, int standard) throws Exception {
    try (SystemTime time = new SystemTime();
        LocalStack stack = LocalStack.start(time);
        Submitter submitter = new Submitter(stack.broker().bootstrapServers());
        ResultLog results = new ResultLog(stack.broker().bootstrapServers(), LocalStack.RESULTS);
        HttpClient http = HttpClient.newHttpClient()) {
      WorkerProcess worker = stack.startWorker("worker", Map.of());
      await(() -> status(http, worker, "/readyz") == 200);
      // The first request includes the login.
      urgent(stack, submitter, results, () -> {});

      Set<Integer> statuses = new TreeSet<>();
      submitter.send(LocalStack.URGENT, Collections.nCopies(urgent, slow()));
      submitter.send(LocalStack.STANDARD, Collections.nCopies(standard, slow()));
      long millis =
          urgent(stack, submitter, results, () -> statuses.add(status(http, worker, "/livez")));
      System.out.printf(
          "%s: an urgent request was answered after %d ms; statuses of /livez meanwhile %s%n",
          attack, millis, statuses);
    }
  }

  /** Milliseconds from sent to the committed result of one urgent request. */
  private static long urgent(
      LocalStack stack, Submitter submitter, ResultLog results, Runnable meanwhile) {
    Secret key = stack.api().generateKeys(LocalStack.ACCOUNT, 1).getFirst();
    long before = System.nanoTime();
    submitter.send(LocalStack.URGENT, List.of(Submitter.request(key, Map.of("reason", "timed"))));
    await(
        () -> {
          meanwhile.run();
          return results.all().stream().anyMatch(one -> timed(one, key));
        });
    return (System.nanoTime() - before) / 1_000_000;
  }

  private static boolean timed(ResultLog.Entry result, Secret key) {
    return result.outcome().equals("revoked")
        && result.value().get("key_fingerprint").asString().equals(fingerprint(key));
  }

  private static String fingerprint(Secret key) {
    return new dev.revoker.message.Fingerprints(null).of(key);
  }

  /** A key of 255 zeros and a 3, and a label of 60 KB of zeros and nested escapes. */
  private static String slow() {
    String label = "0".repeat(30_000) + ("%" + "25".repeat(7) + "30").repeat(1_700);
    return "{\"api_securekey\":\"%s3\",\"labels\":{\"x\":\"%s\"}}"
        .formatted("0".repeat(255), label);
  }

  private static int status(HttpClient http, WorkerProcess worker, String path) {
    try {
      return http.send(
              HttpRequest.newBuilder(worker.ops().resolve(path))
                  .timeout(Duration.ofSeconds(2))
                  .build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (IOException notNow) {
      return -1;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void await(BooleanSupplier condition) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > until) {
        throw new IllegalStateException("waited " + PATIENCE + " in vain");
      }
      LockSupport.parkNanos(5_000_000);
    }
  }
}
