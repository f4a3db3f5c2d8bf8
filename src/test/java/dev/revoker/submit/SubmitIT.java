package dev.revoker.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.revoker.config.Config;
import dev.revoker.config.ConfigLoader;
import dev.revoker.config.Loaded;
import dev.revoker.contract.Exchange;
import dev.revoker.message.Fingerprints;
import dev.revoker.model.Secret;
import dev.revoker.sandbox.Faults;
import dev.revoker.sandbox.Faults.Latency;
import dev.revoker.sandbox.LocalStack;
import dev.revoker.sandbox.ResultLog;
import dev.revoker.sandbox.Submitter;
import dev.revoker.sandbox.WorkerProcess;
import dev.revoker.time.SystemTime;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code submit} and {@code watch} as processes of their own, on a real broker with a worker. */
class SubmitIT {
  /** Requests wait and use up no attempt, whatever was called before. */
  private static final String HOLD = "{\"throttle_rate\":1}";

  private static final String EVERYTHING =
      """
      <configuration>
        <appender name="all" class="ch.qos.logback.core.ConsoleAppender">
          <target>System.err</target>
          <encoder><pattern>%d %level %logger %msg %kvp %ex%n</pattern></encoder>
        </appender>
        <root level="TRACE"><appender-ref ref="all"/></root>
      </configuration>
      """;

  private static SystemTime time;
  private static LocalStack stack;
  private static ResultLog results;

  @TempDir Path temp;

  private record Run(int exit, String out, String err) {}

  @BeforeAll
  static void start() {
    time = new SystemTime();
    stack = LocalStack.start(time);
    // A login that was refused is soon tried again, so that the next test need not wait.
    stack.startWorker("worker", Map.of("login.retry.ms", "500"));
    results = new ResultLog(stack.broker().bootstrapServers(), LocalStack.RESULTS);
  }

  @AfterAll
  static void stop() {
    Exchange.assertAsPublished(
        stack.broker().bootstrapServers(),
        List.of(LocalStack.URGENT, LocalStack.STANDARD),
        results);
    results.close();
    stack.close();
    time.close();
  }

  @BeforeEach
  void healthy() {
    stack.api().faults(Faults.NONE);
  }

  @Test
  void everyRowHasItsOutcomeInTheReport() throws Exception {
    List<Secret> keys = stack.api().generateKeys(LocalStack.ACCOUNT, 40);
    Path file = csv("keys.csv", keys, List.of("deadbeefdeadbeef"));
    Path report = temp.resolve("report.csv");

    Run run =
        run("submit", "--wait", "--reason", "left", "--report", report.toString(), file.toString());

    assertThat(run.exit()).as(run.err()).isEqualTo(1);
    assertThat(run.out()).containsPattern("revoked +40\n").containsPattern("not_found +1\n");
    List<String> lines = Files.readAllLines(report);
    assertThat(lines).hasSize(42);
    assertThat(lines.subList(1, 41))
        .allMatch(line -> line.contains(",revoked,success,inactive,sha256:"));
    assertThat(lines.get(41)).startsWith("41,42,").contains(",not_found,error,unknown,");
    assertThat(keys).noneMatch(stack.api().ledger()::isActive);
    String batch = lines.get(1).split(",")[2].split("/")[0];

    Run watched = run("watch", "--batch", batch);
    assertThat(watched.exit()).isEqualTo(1);
    assertThat(watched.out().lines().filter(line -> line.contains(" revoked "))).hasSize(40);
    Run one = run("watch", "--request", batch + "/7", "--json");
    assertThat(one.exit()).isZero();
    assertThat(one.out()).contains("\"outcome\":\"revoked\"", "\"reason\":\"left\"");
    String fingerprint = new Fingerprints(null).of(keys.get(6));
    Run own = run("watch", "--fingerprint", fingerprint);
    assertThat(own.exit()).isZero();
    assertThat(own.out()).contains(batch + "/7", fingerprint);
  }

  @Test
  void aKeyOnTwoRowsIsSentOnceAndBothRowsAreRevoked() throws Exception {
    Secret key = stack.api().generateKeys(LocalStack.ACCOUNT, 1).getFirst();
    Path file =
        Files.writeString(
            temp.resolve("twice.csv"),
            "sep=;\nAPI_Securekey;label.person\n%s;ada\n%s;=ada (second laptop)\n"
                .formatted(key.reveal(), key.reveal().toUpperCase(java.util.Locale.ROOT)));
    Path report = temp.resolve("report.csv");

    Run run = run("submit", "--wait", "--report", report.toString(), file.toString());

    assertThat(run.exit()).as(run.err() + run.out()).isZero();
    assertThat(run.out()).containsPattern("revoked +2\n").doesNotContain("no_result");
    assertThat(run.err())
        .contains("line 4: the same key as in row 1, sent once", "sent 1 request ");
    List<String> lines = Files.readAllLines(report);
    assertThat(lines.get(0)).endsWith(",label.person");
    assertThat(lines.get(1)).startsWith("1,3,").contains(",revoked,success,").endsWith(",ada");
    assertThat(lines.get(2))
        .startsWith("2,4,")
        .contains(",revoked,success,")
        .endsWith(",'=ada (second laptop)");
    assertThat(stack.api().ledger().callCount(key)).isEqualTo(1);
  }

  @Test
  void timeoutEndsTheWaitAndNamesWhatIsMissing() throws Exception {
    stack.api().faults(Faults.NONE.with(Latency.fixed(5_000)));
    Path file = csv("late.csv", stack.api().generateKeys(LocalStack.ACCOUNT, 3), List.of());
    Path report = temp.resolve("report.csv");

    Run run =
        run(
            "submit",
            "--wait",
            "--timeout",
            "2s",
            "--batch",
            "late",
            "--report",
            report.toString(),
            file.toString());
    assertThat(run.exit()).as(run.err()).isEqualTo(1);
    assertThat(run.err())
        .contains("--timeout is over: 3 of 3 requests have no result")
        .contains("line 4, request late/3, sha256:");
    assertThat(run.out()).containsPattern("no_result +3\n");
    assertThat(Files.readAllLines(report)).hasSize(4).anyMatch(line -> line.contains("no_result"));

    Run watch = run("watch", "--request", "late/9", "--timeout", "1s");
    assertThat(watch.exit()).isEqualTo(1);
    assertThat(watch.err()).contains("--timeout is over: the request late/9 has no result yet");
  }

  /**
   * A password was wrong for a while. The redrive is killed half-way; the second run sends the
   * rest, and no request twice.
   */
  @Test
  void redriveSendsEachFailedRequestOnceAlthoughItIsKilled() throws Exception {
    int count = 3_000;
    List<Secret> keys = stack.api().generateKeys(LocalStack.ACCOUNT, count);
    Path file = csv("failed.csv", keys, List.of());
    String since = java.time.Instant.now().toString();
    stack.api().refuseLogins(LocalStack.ACCOUNT, true);
    stack.api().expireTokens(LocalStack.ACCOUNT);
    try {
      Run run = run("submit", "--wait", "--batch", "pw", file.toString());
      assertThat(run.out()).as(run.err()).containsPattern("session_failed +" + count + "\n");
    } finally {
      stack.api().refuseLogins(LocalStack.ACCOUNT, false);
    }
    Run dry = run("redrive", "--since", since, "--outcome", "session_failed", "--dry-run");
    assertThat(dry.exit()).as(dry.err()).isZero();
    assertThat(dry.out().lines().filter(line -> line.startsWith("due  pw/"))).hasSize(count);
    assertThat(keys).allMatch(stack.api().ledger()::isActive);

    Process killed = start(Map.of(), "redrive", "--since", since, "--rate", "400");
    await().atMost(Duration.ofSeconds(60)).until(() -> successes(keys) > count / 2);
    killed.destroyForcibly().waitFor();
    long before = successes(keys);
    assertThat(before).as("killed half-way").isLessThan(count);
    Run rest = run("redrive", "--since", since, "--rate", "2000", "--wait", "--timeout", "2m");

    assertThat(rest.exit()).as(rest.err() + rest.out()).isZero();
    assertThat(successes(keys)).isEqualTo(count);
    Map<String, Integer> perRequest = new HashMap<>();
    results.all().stream()
        .filter(result -> result.requestId().startsWith("pw/"))
        .forEach(result -> perRequest.merge(result.requestId(), 1, Integer::sum));
    System.out.printf(
        "redrive of %d requests, kill -9 after %d: %d requests with results, %d results%n",
        count, before, perRequest.size(), perRequest.values().stream().mapToInt(n -> n).sum());
    assertThat(perRequest).hasSize(count);
    assertThat(perRequest.values()).as("one failure and one success each").containsOnly(2);
    // The first calls were made with the session that had expired.
    assertThat(keys).allMatch(key -> stack.api().ledger().callCount(key) <= 2);
    assertThat(run("redrive", "--since", since).err()).contains("nothing is to be sent again");
  }

  /** SIGTERM and Ctrl-C end the JVM in the same way. */
  @Test
  void redriveThatIsStoppedReportsAndTheSameCommandSendsTheRest() throws Exception {
    int count = 60;
    List<Secret> keys = stack.api().generateKeys(LocalStack.ACCOUNT, count);
    Path file = csv("stopped.csv", keys, List.of());
    String since = java.time.Instant.now().toString();
    stack.api().refuseLogins(LocalStack.ACCOUNT, true);
    stack.api().expireTokens(LocalStack.ACCOUNT);
    try {
      Run run = run("submit", "--wait", "--batch", "stopped", file.toString());
      assertThat(run.out()).as(run.err()).containsPattern("session_failed +" + count + "\n");
    } finally {
      stack.api().refuseLogins(LocalStack.ACCOUNT, false);
    }

    Process process = start(Map.of(), "redrive", "--since", since, "--rate", "5", "--wait");
    await().atMost(Duration.ofSeconds(60)).until(() -> successes(keys) > 2);
    process.toHandle().destroy();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(read("err"))
        .containsPattern("sent \\d+ requests again")
        .containsPattern("\\d+ requests were not sent; the same command sends them")
        .contains("left; the same command sends the rest");
    assertThat(read("out")).containsPattern("revoked +\\d+\n");
    assertThat(successes(keys)).as("stopped half-way").isLessThan(count);

    Run rest = run("redrive", "--since", since, "--rate", "2000", "--wait");
    assertThat(rest.exit()).as(rest.err() + rest.out()).isZero();
    assertThat(successes(keys)).isEqualTo(count);
    Map<String, Integer> perRequest = new HashMap<>();
    results.all().stream()
        .filter(result -> result.requestId().startsWith("stopped/"))
        .forEach(result -> perRequest.merge(result.requestId(), 1, Integer::sum));
    assertThat(perRequest).hasSize(count);
    assertThat(perRequest.values()).as("one failure and one success each").containsOnly(2);
  }

  /** Whoever may write requests can make any number fail: they are sent in parts. */
  @Test
  void redriveSendsMoreRequestsThanItHoldsInMemory() throws Exception {
    List<Secret> keys = stack.api().generateKeys(LocalStack.ACCOUNT, 7);
    String since = java.time.Instant.now().toString();
    failing(csv("parts.csv", keys, List.of()), 7);
    java.io.StringWriter err = new java.io.StringWriter();

    boolean done = new Redrive(config(), waiting(since), console(err), time, 3).run();

    assertThat(done).as(err.toString()).isTrue();
    assertThat(err.toString().lines().filter(line -> line.startsWith("sent ")))
        .containsExactly("sent 3 requests again", "sent 3 requests again", "sent 1 request again");
    assertThat(successes(keys)).isEqualTo(7);
  }

  /** Ctrl-C before the first request: what the command says about it stays true. */
  @Test
  void aCommandThatWasLeftBeforeItSentAnythingSendsNothing() throws Exception {
    Secret key = stack.api().generateKeys(LocalStack.ACCOUNT, 1).getFirst();
    byte[] content = (key.reveal() + "\n").getBytes(StandardCharsets.UTF_8);
    String since = java.time.Instant.now().toString();
    failing(csv("one.csv", List.of(key), List.of()), 1);
    java.io.StringWriter err = new java.io.StringWriter();
    Redrive redrive = new Redrive(config(), waiting(since), console(err), time);
    redrive.leave();
    assertThat(redrive.run()).isFalse();
    SubmitOptions options =
        new SubmitOptions(
            null,
            Trial.NOTHING,
            List.of(),
            null,
            "left-before",
            false,
            false,
            true,
            false,
            null,
            false,
            null,
            null);
    try (InputFile input = InputFile.copyOf(new java.io.ByteArrayInputStream(content))) {
      Submission submission = new Submission(config(), options, console(err), time);
      submission.leave();
      assertThat(submission.run(input)).isFalse();
    }
    assertThat(err.toString()).contains("1 request to be sent again", "left: nothing was sent");
    assertThat(stack.api().ledger().isActive(key)).isTrue();
    Run dry = run("redrive", "--since", since, "--dry-run");
    assertThat(dry.err()).as("neither command wrote a record").contains("would send 1 request");
  }

  /** Submits the file while the password is wrong. */
  private void failing(Path file, int rows) throws Exception {
    stack.api().refuseLogins(LocalStack.ACCOUNT, true);
    stack.api().expireTokens(LocalStack.ACCOUNT);
    try {
      Run run = run("submit", "--wait", file.toString());
      assertThat(run.out()).as(run.err()).containsPattern("session_failed +" + rows + "\n");
    } finally {
      stack.api().refuseLogins(LocalStack.ACCOUNT, false);
    }
  }

  private static Config config() {
    return ((Loaded.Valid)
            ConfigLoader.loadWithoutAccounts(
                null, Map.of("REVOKER_BOOTSTRAP_SERVERS", stack.broker().bootstrapServers())))
        .config();
  }

  private static Redrive.Options waiting(String since) {
    return new Redrive.Options(
        List.of(), java.time.Instant.parse(since), 1_000, false, true, null, null);
  }

  private static Console console(java.io.StringWriter to) {
    PrintWriter printer = new PrintWriter(to, true);
    return new Console(printer, printer, 0);
  }

  /** As after a crash: the first part was sent, some of it has results and some is in flight. */
  @Test
  void resumeSendsTheRestAndCallsNoKeyTwice() throws Exception {
    stack.api().faults(Faults.NONE.with(Latency.fixed(150)));
    List<Secret> keys = stack.api().generateKeys(LocalStack.ACCOUNT, 1_200);
    Path part = csv("part.csv", keys.subList(0, 800), List.of());
    Path whole = csv("whole.csv", keys, List.of());
    assertThat(run("submit", "--batch", "crashed", part.toString()).exit()).isZero();
    await().atMost(Duration.ofSeconds(60)).until(() -> successes(keys.subList(0, 800)) > 50);

    Process killed =
        start(Map.of(), "submit", "--batch", "crashed", "--resume", "--wait", whole.toString());
    await().atMost(Duration.ofSeconds(60)).until(() -> read("err").contains("in flight"));
    killed.destroyForcibly().waitFor();
    Path report = temp.resolve("report.ndjson");
    Run resumed =
        run(
            "submit",
            "--batch",
            "crashed",
            "--resume",
            "--wait",
            "--report",
            report.toString(),
            whole.toString());

    assertThat(resumed.exit()).as(resumed.err() + resumed.out()).isZero();
    assertThat(resumed.out()).containsPattern("revoked +1200\n");
    assertThat(Files.readAllLines(report))
        .hasSize(1_200)
        .allMatch(line -> line.contains("\"revoked\""));
    assertThat(keys).allMatch(key -> stack.api().ledger().callCount(key) == 1);
    Map<String, Integer> perRow = new HashMap<>();
    results.all().stream()
        .filter(result -> result.requestId().startsWith("crashed/"))
        .forEach(result -> perRow.merge(result.requestId(), 1, Integer::sum));
    assertThat(perRow).hasSize(1_200);
    assertThat(perRow.values()).containsOnly(1);
  }

  /** Another file was sent as the same batch: its records do not count, answered or not. */
  @Test
  void recordsOfOtherKeysDoNotCountAsTheBatch() throws Exception {
    List<Secret> keys = stack.api().generateKeys(LocalStack.ACCOUNT, 6);
    Path answered = csv("answered.csv", keys.subList(0, 2), List.of());
    Path inFlight = csv("in-flight.csv", keys.subList(2, 4), List.of());
    Path own = csv("own.csv", keys.subList(4, 6), List.of());
    assertThat(run("submit", "--wait", "--batch", "mixed", answered.toString()).exit()).isZero();
    stack.api().order(HOLD);
    try {
      assertThat(run("submit", "--batch", "mixed", inFlight.toString()).exit()).isZero();
      Run sent = run("submit", "--resume", "--batch", "mixed", own.toString());
      assertThat(sent.exit()).as(sent.err()).isZero();
      assertThat(sent.err())
          .containsPattern("[4-8] records name rows of this batch")
          .contains("sent 2 requests");
    } finally {
      stack.api().clearFaults();
    }
    Run run = run("submit", "--resume", "--wait", "--batch", "mixed", own.toString());
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(keys.subList(4, 6)).noneMatch(stack.api().ledger()::isActive);
  }

  /**
   * Others send requests with the victim's batch, row and ids while it waits; their keys are
   * revoked, the victim's is not. With a fingerprint.secret of its own, submit could not even
   * compare fingerprints.
   */
  @Test
  void resultsOfForgedRequestsDoNotCount() throws Exception {
    List<Secret> forged = stack.api().generateKeys(LocalStack.ACCOUNT, 3_000);
    Secret victim = stack.api().generateKeys(LocalStack.ACCOUNT, 1).getFirst();
    Path file = csv("victim.csv", List.of(victim), List.of());
    AtomicInteger written = new AtomicInteger();
    try (Submitter forger = new Submitter(stack.broker().bootstrapServers())) {
      Map<String, Object> claims =
          Map.of("request_id", "v/1", "labels", Map.of("batch", "v", "row", "1/1"));
      Process process =
          start(
              Map.of("REVOKER_FINGERPRINT_SECRET", "a secret of submit's own"),
              "submit",
              "--wait",
              "--batch",
              "v",
              "--not-after",
              "2020-01-01T00:00:00Z",
              file.toString());
      process.getOutputStream().close();
      while (process.isAlive() && written.get() < forged.size()) {
        String request = Submitter.request(forged.get(written.getAndIncrement()), claims);
        forger.send(LocalStack.URGENT, List.of(request));
      }
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(read("out") + read("err")).isEqualTo(1);
    }
    assertThat(read("out")).containsPattern("expired +1\n").doesNotContain("revoked");
    assertThat(stack.api().ledger().isActive(victim)).isTrue();
    assertThat(forged).as("forged results came meanwhile").anyMatch(key -> isRevoked(key));
  }

  /** A forged request was answered, and claims to be the whole batch; the real ones wait. */
  @Test
  void watchIsNoSuccessWhileARequestOfTheBatchHasNoResult() throws Exception {
    List<Secret> keys = stack.api().generateKeys(LocalStack.ACCOUNT, 3);
    Path file = csv("watched.csv", keys.subList(0, 2), List.of());
    try (Submitter forger = new Submitter(stack.broker().bootstrapServers())) {
      Map<String, Object> claims =
          Map.of("request_id", "w/1", "labels", Map.of("batch", "w", "row", "1/1"));
      forger.send(LocalStack.STANDARD, List.of(Submitter.request(keys.get(2), claims)));
    }
    await().atMost(Duration.ofSeconds(60)).until(() -> successes(keys) == 1);
    stack.api().order(HOLD);
    try {
      assertThat(run("submit", "--batch", "w", file.toString()).exit()).isZero();
      Run watched = run("watch", "--batch", "w", "--timeout", "3s");
      assertThat(watched.exit()).as(watched.out() + watched.err()).isEqualTo(1);
      assertThat(watched.err())
          .contains("--timeout is over: no result yet for 2 requests with this batch's id");
    } finally {
      stack.api().clearFaults();
    }
    Run watched = run("watch", "--batch", "w", "--timeout", "1m");
    assertThat(watched.err()).contains("row 1 has results of two keys");
    assertThat(watched.exit()).as(watched.err()).isEqualTo(1);
    assertThat(successes(keys)).isEqualTo(3);
  }

  @Test
  void watchSucceedsOnceEachRowHas() throws Exception {
    Path file = csv("own.csv", stack.api().generateKeys(LocalStack.ACCOUNT, 20), List.of());
    assertThat(run("submit", "--batch", "own", file.toString()).exit()).isZero();
    Run watched = run("watch", "--batch", "own");
    assertThat(watched.exit()).as(watched.err()).isZero();
    assertThat(watched.out().lines().filter(line -> line.contains(" revoked "))).hasSize(20);
  }

  @Test
  void junkWithARowsIdDoesNotKeepTheRowFromBeingSent() throws Exception {
    List<Secret> keys = stack.api().generateKeys(LocalStack.ACCOUNT, 2);
    Path file = csv("junk.csv", keys.subList(0, 1), List.of());
    try (KafkaProducer<byte[], byte[]> forger =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", stack.broker().bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (String value : List.of("junk", Submitter.request(keys.get(1), Map.of()))) {
        ProducerRecord<byte[], byte[]> record =
            new ProducerRecord<>(LocalStack.STANDARD, value.getBytes(StandardCharsets.UTF_8));
        record.headers().add("ce_id", "junk/1".getBytes(StandardCharsets.UTF_8));
        forger.send(record).get();
      }
    }
    Run run = run("submit", "--resume", "--wait", "--batch", "junk", file.toString());

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.err()).contains("2 records name rows of this batch", "sent 1 request ");
    assertThat(stack.api().ledger().isActive(keys.get(0))).isFalse();
  }

  @Test
  void watchEndsWithTheReaderOfItsOutputAlthoughNoResultComes() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/self/fd/1")), "only Linux shows the pipe as a file");
    String watch =
        Stream.concat(command("-Drevoker.columns=0").stream(), Stream.of("watch", "--follow"))
            .map(word -> "'" + word + "'")
            .collect(Collectors.joining(" "));
    Process piped = start(new ProcessBuilder("/bin/sh", "-c", watch + " | head -n 1"), Map.of());
    assertThat(piped.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(read("out").lines()).singleElement().asString().startsWith("completed ");
    assertThat(read("err")).doesNotContain("xception");
  }

  @Test
  void noKeyIsInOutputOrLogsAtAnyLevel() throws Exception {
    List<Secret> keys = stack.api().generateKeys(LocalStack.ACCOUNT, 5);
    Path file = csv("keys.csv", keys, List.of("not-hex-0123456789abcdef"));
    Path logback = Files.writeString(temp.resolve("trace.xml"), EVERYTHING);
    Map<String, String> loud =
        Map.of(
            "REVOKER_LOG_LEVEL",
            "TRACE",
            "JDK_JAVA_OPTIONS",
            "-Dlogback.configurationFile=" + logback);
    Run run = run(loud, "submit", "--wait", "--skip-invalid", file.toString());
    Run argument = run(Map.of(), "submit", keys.getFirst().reveal());
    Run option = run(Map.of(), "submit", "--key", keys.getFirst().reveal());

    assertThat(run.err())
        .as("that it logs at all")
        .contains("TRACE", "line 7: api_securekey must be");
    assertThat(run.exit()).isEqualTo(1);
    assertThat(argument.exit()).isEqualTo(2);
    assertThat(option.exit()).isEqualTo(2);
    String all = (run.out() + run.err() + argument + option).toLowerCase(java.util.Locale.ROOT);
    for (Secret key : keys) {
      assertThat(all.contains(key.reveal())).isFalse();
    }
    assertThat(all).doesNotContain("0123456789abcdef");
  }

  @Test
  void ctrlCPrintsHowToContinue() throws Exception {
    stack.api().faults(Faults.NONE.with(Latency.fixed(5_000)));
    List<Secret> keys = stack.api().generateKeys(LocalStack.ACCOUNT, 3);
    Path file = csv("slow.csv", keys, List.of());
    Path report = temp.resolve("report.csv");
    Process process =
        start(
            Map.of(),
            "submit",
            "--wait",
            "--batch",
            "left",
            "--report",
            report.toString(),
            file.toString());
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> stack.api().ledger().callCount(keys.getFirst()) > 0);
    process.toHandle().destroy();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(read("err")).contains("left: ", "watch --batch left", "--resume");
    assertThat(Files.readAllLines(report))
        .hasSize(4)
        .filteredOn(line -> line.contains(",left/"))
        .allMatch(line -> line.contains("no_result"));
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      assertThat(files.map(path -> path.getFileName().toString()))
          .noneMatch(name -> name.startsWith("revoker-submit-"));
    }
  }

  /** With a progress bar, whose library must not handle Ctrl-C. */
  @Test
  void ctrlCOnATerminalPrintsHowToContinue() throws Exception {
    Path script = Path.of("/usr/bin/script");
    assumeTrue(Files.isExecutable(script), "there is no script(1) here");
    assumeTrue(
        new ProcessBuilder(script.toString(), "-qec", "true", "/dev/null").start().waitFor() == 0,
        "no pseudo-terminal can be opened here");
    // A background process ignores interrupts, and its children inherit that.
    String heeding = "env --default-signal=INT ";
    assumeTrue(
        new ProcessBuilder((heeding + "true").split(" ")).start().waitFor() == 0,
        "env(1) is not GNU's");
    stack.api().faults(Faults.NONE.with(Latency.fixed(5_000)));
    List<Secret> keys = stack.api().generateKeys(LocalStack.ACCOUNT, 3);
    Path file = csv("bar.csv", keys, List.of());
    String command =
        Stream.concat(
                command("-Drevoker.columns=100").stream(),
                Stream.of("submit", "--wait", "--batch", "bar", file.toString()))
            .map(word -> "'" + word + "'")
            .collect(Collectors.joining(" "));
    ProcessBuilder terminal =
        new ProcessBuilder(script.toString(), "-qefc", "exec " + heeding + command, "/dev/null");
    terminal.environment().put("SHELL", "/bin/sh");
    Process process = start(terminal, Map.of());
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> stack.api().ledger().callCount(keys.getFirst()) > 0);
    process.getOutputStream().write(3);
    process.getOutputStream().flush();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(read("out")).contains("results   0% [", "left: 3 requests", "watch --batch bar");
  }

  @Test
  void standardInputIsSubmitted() throws Exception {
    List<Secret> keys = stack.api().generateKeys(LocalStack.ACCOUNT, 3);
    Process process = start(Map.of(), "submit", "--wait", "--lane", "urgent", "-");
    for (Secret key : keys) {
      process.getOutputStream().write((key.reveal() + "\n").getBytes(StandardCharsets.UTF_8));
    }
    process.getOutputStream().close();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(read("err")).isZero();
    assertThat(read("err")).contains(" to " + LocalStack.URGENT + " as batch ");
  }

  @Test
  void missingBrokersAndTopicsAreReportedInOneLine() throws Exception {
    Path file = csv("keys.csv", List.of(Secret.of("0123456789abcdef")), List.of());
    Map<String, String> nowhere = Map.of("REVOKER_BOOTSTRAP_SERVERS", "127.0.0.1:1");
    // Both at once, because each waits for its time-out.
    Process watch = start(nowhere, "watch");
    Files.move(temp.resolve("err"), temp.resolve("watch-err"));
    assertNoBroker(run(nowhere, "submit", file.toString()));
    assertThat(watch.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertNoBroker(new Run(watch.exitValue(), "", read("watch-err")));
    Run noTopic = run(Map.of("REVOKER_LANE_STANDARD_TOPIC", "nosuch"), "submit", file.toString());
    assertThat(noTopic.exit()).isEqualTo(1);
    assertThat(noTopic.err()).contains("no such topic").contains("nosuch");
  }

  private static void assertNoBroker(Run run) {
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err().lines())
        .containsExactly(
            "connecting: no broker at 127.0.0.1:1 answers; see bootstrap.servers and the network");
  }

  private static boolean isRevoked(Secret key) {
    return !stack.api().ledger().isActive(key);
  }

  private static long successes(List<Secret> keys) {
    return keys.stream().filter(key -> !stack.api().ledger().isActive(key)).count();
  }

  private Path csv(String name, List<Secret> keys, List<String> more) throws IOException {
    List<String> lines = new ArrayList<>(List.of("api_securekey"));
    keys.forEach(key -> lines.add(key.reveal()));
    lines.addAll(more);
    return Files.write(temp.resolve(name), lines);
  }

  private Run run(String... arguments) throws Exception {
    return run(Map.of(), arguments);
  }

  private Run run(Map<String, String> environment, String... arguments) throws Exception {
    Process process = start(environment, arguments);
    process.getOutputStream().close();
    assertThat(process.waitFor(180, TimeUnit.SECONDS)).as("it ends").isTrue();
    return new Run(process.exitValue(), read("out"), read("err"));
  }

  private static List<String> command(String option) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx64m",
                option));
    command.addAll(WorkerProcess.classPath());
    command.add("dev.revoker.App");
    return command;
  }

  private Process start(Map<String, String> environment, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(command("-Drevoker.columns=0"));
    command.addAll(List.of(arguments));
    return start(new ProcessBuilder(command), environment);
  }

  private Process start(ProcessBuilder builder, Map<String, String> environment)
      throws IOException {
    builder.environment().put("REVOKER_BOOTSTRAP_SERVERS", stack.broker().bootstrapServers());
    builder.environment().putAll(environment);
    return builder
        .redirectOutput(temp.resolve("out").toFile())
        .redirectError(temp.resolve("err").toFile())
        .start();
  }

  private String read(String name) {
    try {
      return Files.readString(temp.resolve(name));
    } catch (IOException e) {
      return "";
    }
  }
}
