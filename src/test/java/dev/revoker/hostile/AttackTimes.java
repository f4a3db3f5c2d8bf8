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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
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
  private static final int STANDARD_RECORDS = 400;
  private static final int RECORDS_OF_EACH_LANE = 90;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private AttackTimes() {}

  /** Prints the times of both attacks. */
  public static void main(String[] arguments) throws Exception {
    try (SystemTime time = new SystemTime();
        LocalStack stack = LocalStack.start(time);
        Submitter submitter = new Submitter(stack.broker().bootstrapServers());
        ResultLog results = new ResultLog(stack.broker().bootstrapServers(), LocalStack.RESULTS);
        HttpClient http = HttpClient.newHttpClient()) {
      WorkerProcess worker = stack.startWorker("worker", Map.of());
      await(() -> status(http, worker, "/readyz") == 200);
      System.out.printf("no attack: %d ms%n", urgent(stack, submitter, results, () -> {}));

      submitter.send(LocalStack.STANDARD, Collections.nCopies(STANDARD_RECORDS, slow()));
      System.out.printf(
          "%d slow records in the standard lane: %d ms%n",
          STANDARD_RECORDS, urgent(stack, submitter, results, () -> {}));
      await(() -> results.count() == STANDARD_RECORDS + 2);

      List<Integer> statuses = new ArrayList<>();
      for (String topic : List.of(LocalStack.URGENT, LocalStack.STANDARD)) {
        submitter.send(topic, Collections.nCopies(RECORDS_OF_EACH_LANE, slow()));
      }
      System.out.printf(
          "%d slow records in each lane: %d ms, statuses of /livez meanwhile %s%n",
          RECORDS_OF_EACH_LANE,
          urgent(
              stack,
              submitter,
              results,
              () -> {
                int status = status(http, worker, "/livez");
                if (!statuses.contains(status)) {
                  statuses.add(status);
                }
              }),
          statuses);
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
