package dev.revoker.sandbox;

import dev.revoker.model.Secret;
import dev.revoker.model.Source;
import dev.revoker.sandbox.Faults.Latency;
import dev.revoker.sandbox.Faults.Outage;
import dev.revoker.time.Time;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The demo: a real worker revokes keys that it reads from a real broker, at the sandbox's API. The
 * demo kills the worker and stops the API for a while. Then it compares all results with what the
 * sandbox knows.
 */
public final class Demo {
  /** Few calls at a time, so that the kill interrupts some of them; short time-outs. */
  private static final Map<String, String> WORKER =
      Map.of(
          "default.account", "any",
          "verify", "full",
          "max.in.flight", "12",
          "breaker.open.wait.ms", "2000",
          "consumer.session.timeout.ms", "3000",
          "consumer.heartbeat.interval.ms", "1000",
          "producer.transaction.timeout.ms", "3000",
          "producer.delivery.timeout.ms", "3000",
          "producer.request.timeout.ms", "2000");

  /** A second account, which logs in with a key. */
  private static final String PARTNER = "partner";

  /**
   * Correct for a key that is requested twice. {@code not_found} also where the killed worker
   * removed the key and could not say so any more.
   */
  private static final String[] REVOKED = {"revoked", "already_revoked", "not_found"};

  private static final int STANDARD = 150;
  private static final int URGENT_FIRST = 20;
  private static final int URGENT_LATER = 30;
  private static final int EACH_OTHER_KIND = 8;
  private static final double API_MS = 100;
  private static final long OUTAGE_MS = 5_000;
  private static final long STEP_TIMEOUT_MS = 120_000;

  private final LocalStack stack;
  private final PrintWriter out;
  private final Time time;
  private final long startedMs;
  private final List<String> broken = new ArrayList<>();

  /** A demo on this stack. */
  public Demo(LocalStack stack, PrintWriter out, Time time) {
    this.stack = stack;
    this.out = out;
    this.time = time;
    this.startedMs = time.millis();
  }

  /** Runs the demo. Returns whether all checks passed; prints those that failed. */
  public boolean play() {
    Secret login = Secret.of("c0ffee0000000000000000000000feed");
    Secret password = stack.password();
    stack.api().addAccount(new SandboxAccount(PARTNER, password, List.of(login)));
    Map<String, String> settings = new HashMap<>(WORKER);
    settings.put("accounts", LocalStack.ACCOUNT + "," + PARTNER);
    settings.put("account." + PARTNER + ".username", PARTNER);
    settings.put("account." + PARTNER + ".securekey", login.reveal());
    String servers = stack.broker().bootstrapServers();
    try (WorkerProcess worker = stack.startWorker("worker", settings);
        ResultLog results = new ResultLog(servers, LocalStack.RESULTS);
        Submitter submitter = new Submitter(servers)) {
      Requests requests = new Requests(submitter, time);
      threeScanners(requests, results);
      anyAccountAndProtectedKey(requests, results, login);
      stack.api().faults(Faults.NONE.with(Latency.fixed(API_MS)));
      requests.send(LocalStack.STANDARD, standard());
      requests.send(LocalStack.URGENT, urgent(URGENT_FIRST));
      say(
          "Sent "
              + requests.count()
              + " requests. Some are malformed, expired, repeated or for unknown keys.");
      await("a quarter of the results", () -> results.count() >= requests.count() / 4);
      worker.kill();
      say("Killed the worker (kill -9) during its calls, and started it again.");
      worker.restart();
      int before = results.count();
      await("results of the new worker", () -> results.count() > before + 20);
      requests.send(LocalStack.URGENT, urgent(URGENT_LATER));
      say("Sent " + URGENT_LATER + " urgent requests while standard requests wait.");
      outage();
      await("a result for every request", () -> results.count() >= requests.count());
      int exitCode = worker.stop();
      say("Stopped the worker with SIGTERM. Its exit code is " + exitCode + ".");
      check("the worker's exit code is 0", exitCode == 0);
      prove(requests, results);
    }
    broken.stream().limit(20).forEach(line -> say("FAILED: " + line + "."));
    return broken.isEmpty();
  }

  private void threeScanners(Requests requests, ResultLog results) {
    Secret leaked = stack.api().generateKeys(LocalStack.ACCOUNT, 1).getFirst();
    requests.send(
        LocalStack.STANDARD, List.of(new Requests.Planned("{}", null, Set.of("rejected"))));
    await("the worker's first result", () -> results.count() == 1);
    long firstMs = time.millis();
    requests.send(LocalStack.URGENT, List.of(Requests.Planned.removal(leaked, "revoked")));
    await("the removal of a key", () -> !stack.api().ledger().isActive(leaked));
    // Earlier, the worker could prove by its own logins that each report ended the key.
    Requests.Planned again = Requests.Planned.removal(leaked, "already_revoked");
    requests.send(LocalStack.URGENT, List.of(again, again));
    long apartMs = time.millis() - firstMs;
    await("three results", () -> results.count() == 4);
    say(
        "Three scanners reported one key within "
            + apartMs
            + " ms: "
            + results.all().stream()
                .map(ResultLog.Entry::outcome)
                .filter(outcome -> outcome.contains("revoked"))
                .sorted(Comparator.reverseOrder())
                .collect(Collectors.joining(", "))
            + ".");
  }

  private void anyAccountAndProtectedKey(Requests requests, ResultLog results, Secret login) {
    Secret partners = stack.api().generateKeys(PARTNER, 1).getFirst();
    int before = results.count();
    requests.send(LocalStack.URGENT, List.of(Requests.Planned.removal(partners, "revoked")));
    requests.send(LocalStack.STANDARD, List.of(Requests.Planned.removal(login, "refused")));
    await("two results", () -> results.count() == before + 2);
    for (ResultLog.Entry result : results.all()) {
      if (result.value().path("account").asString("").equals(PARTNER)) {
        say("A key was reported without its account: " + result.outcome() + " by " + PARTNER + ".");
      }
      if (result.outcome().equals("refused")) {
        String type = result.value().at("/error/type").asString("");
        say("The key that " + PARTNER + " logs in with is protected: refused, " + type + ".");
        check("no call for the protected key", stack.api().ledger().callCount(login) == 0);
      }
    }
  }

  private List<Requests.Planned> standard() {
    List<Requests.Planned> requests = new ArrayList<>();
    List<Secret> keys = stack.api().generateKeys(LocalStack.ACCOUNT, STANDARD);
    keys.forEach(key -> requests.add(Requests.Planned.removal(key, REVOKED)));
    List<String> malformed =
        List.of("not json", "{\"api_securekey\":\"zz\"}", "{}", "{\"api_securekey\":12345678}");
    for (int i = 0; i < EACH_OTHER_KIND; i++) {
      requests.add(Requests.Planned.removal(keys.get(i), REVOKED));
      Secret unknown = Secret.of(String.format(Locale.ROOT, "%032x", 0xdead_0000L + i));
      requests.add(Requests.Planned.removal(unknown, "not_found"));
      requests.add(
          new Requests.Planned(malformed.get(i % malformed.size()), null, Set.of("rejected")));
      Secret late = stack.api().generateKeys(LocalStack.ACCOUNT, 1).getFirst();
      String expired = Submitter.request(late, Map.of("not_after", "2020-01-01T00:00:00Z"));
      requests.add(new Requests.Planned(expired, null, Set.of("expired")));
    }
    Collections.shuffle(requests, new Random(1));
    return requests;
  }

  private List<Requests.Planned> urgent(int count) {
    return stack.api().generateKeys(LocalStack.ACCOUNT, count).stream()
        .map(key -> Requests.Planned.removal(key, REVOKED))
        .toList();
  }

  private void outage() {
    stack.api().outage(Outage.REFUSE);
    say("Stopped the API for " + OUTAGE_MS / 1000 + " s. Requests wait, and none fails.");
    long until = time.millis() + OUTAGE_MS;
    await("the end of the outage", () -> time.millis() >= until);
    stack.api().outage(Outage.NONE);
    say("Started the API again.");
  }

  private void prove(Requests requests, ResultLog results) {
    table(results);
    List<String> wrong = requests.wrongResults(results);
    broken.addAll(wrong);
    check(
        "each of " + requests.count() + " requests has exactly one result, a correct one",
        wrong.isEmpty());
    List<JsonNode> checked =
        results.all().stream()
            .filter(result -> result.outcome().equals("revoked"))
            .map(result -> result.value().path("verification"))
            .toList();
    long proven =
        checked.stream()
            .filter(logins -> logins.path("before").asString("").equals("accepted"))
            .filter(logins -> logins.path("after").asString("").equals("refused"))
            .count();
    check(
        proven
            + " of "
            + checked.size()
            + " revoked keys logged in before, and the worker's login after it was refused",
        proven > checked.size() / 2);
    SandboxLedger ledger = stack.api().ledger();
    check(
        "the API itself accepts no login with any of the " + requests.keys().size() + " keys",
        requests.keys().stream().noneMatch(ledger::isActive));
    check(
        "the keys of late requests and the protected key still log in",
        ledger.activeKeys() == EACH_OTHER_KIND + 1);
    long urgent = requests.medianWait(results, "urgent").toMillis();
    long standard = requests.medianWait(results, "standard").toMillis();
    check(
        String.format(
            Locale.ROOT,
            "urgent requests were faster (median: urgent %d ms, standard %d ms)",
            urgent,
            standard),
        urgent < standard);
    say("not_found: unknown keys, and keys that the killed worker removed without a result.");
  }

  private void table(ResultLog results) {
    Map<String, int[]> counts = new TreeMap<>();
    for (ResultLog.Entry result : results.all()) {
      counts
          .computeIfAbsent(result.outcome(), outcome -> new int[2])[
          result.lane().equals("urgent") ? 0 : 1]++;
    }
    out.printf(Locale.ROOT, "%n  %-16s %8s %8s%n", "outcome", "urgent", "standard");
    counts.forEach(
        (outcome, both) -> out.printf(Locale.ROOT, "  %-16s %8d %8d%n", outcome, both[0], both[1]));
    out.println();
  }

  private void check(String promise, boolean holds) {
    if (holds) {
      say("Checked: " + promise + ".");
    } else {
      broken.add(promise + " does not hold");
    }
  }

  /** Prints a step with the time since the start. */
  private void say(String line) {
    out.printf(Locale.ROOT, "%5.1fs  %s%n", (time.millis() - startedMs) / 1000.0, line);
    out.flush();
  }

  private void await(String what, BooleanSupplier done) {
    long deadline = time.millis() + STEP_TIMEOUT_MS;
    while (!done.getAsBoolean()) {
      if (time.millis() > deadline) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "waited %d s for %s; the worker's log ends with:%n%s",
                STEP_TIMEOUT_MS / 1000,
                what,
                stack.lastLines()));
      }
      CompletableFuture<Void> pause = new CompletableFuture<>();
      time.after(100, () -> pause.complete(null));
      pause.orTimeout(10, TimeUnit.SECONDS).join();
    }
  }

  /** The requests that the demo sent, each with the outcomes that are correct for it. */
  private static final class Requests {
    private final Submitter submitter;
    private final Time time;
    private final Map<String, Sent> bySource = new HashMap<>();

    Requests(Submitter submitter, Time time) {
      this.submitter = submitter;
      this.time = time;
    }

    /**
     * A request.
     *
     * @param value the record's value
     * @param key the key that must not log in afterwards, or null
     * @param outcomes the correct outcomes
     */
    record Planned(String value, @Nullable Secret key, Set<String> outcomes) {
      static Planned removal(Secret key, String... outcomes) {
        Map<String, String> fields = Map.of("reason", "demo", "requested_by", "bin/revoker demo");
        boolean removed = !Set.of(outcomes).contains("refused");
        return new Requests.Planned(
            Submitter.request(key, fields), removed ? key : null, Set.of(outcomes));
      }
    }

    private record Sent(Planned request, Instant at) {}

    void send(String topic, List<Requests.Planned> requests) {
      Instant now = time.now();
      List<Source> sources = submitter.send(topic, requests.stream().map(Planned::value).toList());
      for (int i = 0; i < requests.size(); i++) {
        bySource.put(sources.get(i).toString(), new Sent(requests.get(i), now));
      }
    }

    int count() {
      return bySource.size();
    }

    /** The keys that must not log in any more. */
    Set<Secret> keys() {
      return bySource.values().stream()
          .map(sent -> sent.request().key())
          .flatMap(Stream::ofNullable)
          .collect(Collectors.toSet());
    }

    /** Each request that has not exactly one result, or a wrong one; a line each. */
    List<String> wrongResults(ResultLog results) {
      List<String> wrong = new ArrayList<>();
      Map<String, List<ResultLog.Entry>> found = results.bySource();
      bySource.forEach(
          (source, sent) -> {
            List<String> outcomes =
                found.getOrDefault(source, List.of()).stream()
                    .map(ResultLog.Entry::outcome)
                    .toList();
            if (outcomes.size() != 1 || !sent.request().outcomes().containsAll(outcomes)) {
              wrong.add(
                  source + " got " + outcomes + ", and not one of " + sent.request().outcomes());
            }
          });
      found.keySet().stream()
          .filter(source -> !bySource.containsKey(source))
          .forEach(source -> wrong.add("A result for " + source + ", which nobody sent"));
      return wrong;
    }

    /**
     * The median time from sending to {@code completed_at} in a lane; zero without results. Not
     * from {@code received_at}: a request that waits in its topic for a busy worker is received
     * late.
     */
    Duration medianWait(ResultLog results, String lane) {
      List<Duration> waits = new ArrayList<>();
      Map<String, List<ResultLog.Entry>> found = results.bySource();
      bySource.forEach(
          (source, sent) ->
              found.getOrDefault(source, List.of()).stream()
                  .filter(result -> result.lane().equals(lane))
                  .map(result -> Instant.parse(result.value().get("completed_at").asString()))
                  .forEach(completed -> waits.add(Duration.between(sent.at(), completed))));
      Collections.sort(waits);
      return waits.isEmpty() ? Duration.ZERO : waits.get(waits.size() / 2);
    }
  }
}
