package dev.revoker.chaos;

import dev.revoker.chaos.SentRequest.Mix;
import dev.revoker.model.Secret;
import dev.revoker.model.Source;
import dev.revoker.sandbox.LocalStack;
import dev.revoker.sandbox.SandboxAccount;
import dev.revoker.sandbox.SandboxApi;
import dev.revoker.sandbox.Submitter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Requests of every kind on both lanes, while fewer than the backlog are unanswered. Sends on its
 * own thread.
 */
final class NormalLoad implements AutoCloseable {
  /**
   * The amount of load.
   *
   * @param backlog sends while fewer requests are unanswered
   * @param perTick on the standard lane, and a tenth of it on the urgent one
   */
  record Rate(int backlog, int perTick, long tickMs) {}

  /** Another account of the worker, if it has two. */
  static final String SECOND_ACCOUNT = "second";

  /** An account of which the worker has no session. */
  private static final String OTHER_ACCOUNT = "other";

  private static final List<String> BROKEN =
      List.of(
          "{\"api_securekey\":\"%s\"} and more",
          "{\"api_securekey\":\"not hex\"}",
          "{\"api_securekey\":17}",
          "[\"%s\"]",
          "{\"api_securekey\":\"%s\",\"api_securekey\":\"%s\"}",
          "{\"api_securekey\":\"%s\",\"not_after\":\"soon\"}");

  private final Submitter submitter;
  private final SandboxApi api;
  private final String prefix;
  private final KnownSecrets secrets;
  private final Random random;
  private final Consumer<SentRequest> sink;
  private final ScheduledExecutorService ticker =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("load").factory());
  private final AtomicReference<@Nullable RuntimeException> broken = new AtomicReference<>();
  private final List<Secret> seen = new ArrayList<>();
  private @Nullable Map<String, String> secondAccountFields;

  /**
   * @param prefix of the lanes' topics
   * @param sink gets each acknowledged request
   */
  NormalLoad(
      Submitter submitter,
      SandboxApi api,
      String prefix,
      KnownSecrets secrets,
      long seed,
      Consumer<SentRequest> sink) {
    this.submitter = submitter;
    this.api = api;
    this.prefix = prefix;
    this.secrets = secrets;
    this.random = new Random(seed);
    this.sink = sink;
    api.addAccount(new SandboxAccount(OTHER_ACCOUNT, invented(), List.of()));
  }

  /**
   * Adds requests for keys of the second account, before the start.
   *
   * @param named whether the requests name it; otherwise the worker must try every account
   */
  void addSecondAccount(Secret password, boolean named) {
    api.addAccount(new SandboxAccount(SECOND_ACCOUNT, password, List.of()));
    secondAccountFields = named ? Map.of("account", SECOND_ACCOUNT) : Map.of();
  }

  private record Draft(
      Mix mix, @Nullable Secret key, @Nullable Instant notAfter, @Nullable String value) {}

  void start(Rate rate, IntSupplier unanswered) {
    ticker.scheduleWithFixedDelay(
        () -> tick(rate, unanswered), 0, rate.tickMs(), TimeUnit.MILLISECONDS);
  }

  private void tick(Rate rate, IntSupplier unanswered) {
    try {
      if (unanswered.getAsInt() < rate.backlog()) {
        send("standard", rate.perTick());
        send("urgent", Math.max(1, rate.perTick() / 10));
      }
    } catch (RuntimeException failure) {
      broken.set(failure);
      throw failure;
    }
  }

  /** Ends after the batch in flight. */
  void stop() throws InterruptedException {
    ticker.shutdown();
    if (!ticker.awaitTermination(150, TimeUnit.SECONDS)) {
      throw new IllegalStateException("a batch of requests can't be sent");
    }
    RuntimeException failure = broken.get();
    if (failure != null) {
      throw failure;
    }
  }

  private void send(String lane, int count) {
    List<Draft> drafts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      drafts.add(draft());
    }
    List<Source> sources =
        submitter.send(prefix + "-" + lane, drafts.stream().map(Draft::value).toList());
    Instant now = Instant.now();
    for (int i = 0; i < count; i++) {
      Draft draft = drafts.get(i);
      sink.accept(
          new SentRequest(sources.get(i), lane, draft.mix(), draft.key(), draft.notAfter(), now));
    }
  }

  private Draft draft() {
    int dice = random.nextInt(100);
    Map<String, String> second = secondAccountFields;
    if (dice < 6 && second != null) {
      Secret key = keyOf(SECOND_ACCOUNT);
      return new Draft(Mix.SECOND_ACCOUNT, key, null, Submitter.request(key, second));
    }
    if (dice < 64) {
      Secret key = fresh();
      // Some requests have the key in their reason, which must be masked.
      String reason = dice < 12 ? "leaked: " + key.reveal() : "chaos";
      return new Draft(Mix.PLAIN, key, null, Submitter.request(key, Map.of("reason", reason)));
    }
    if (dice < 68) {
      Secret key = keyOf(OTHER_ACCOUNT);
      return new Draft(Mix.OTHER_ACCOUNT, key, null, Submitter.request(key, Map.of()));
    }
    if (dice < 76) {
      return dated(Mix.SOON, Instant.now().plusMillis(300 + random.nextInt(4000)));
    }
    if (dice < 80) {
      return dated(Mix.LATE, Instant.now().minusSeconds(1 + random.nextInt(100)));
    }
    if (dice < 86) {
      return again();
    }
    if (dice < 90) {
      Secret key = invented();
      return new Draft(Mix.NO_SUCH_KEY, key, null, Submitter.request(key, Map.of()));
    }
    if (dice < 94) {
      return malformed();
    }
    Secret key = fresh();
    return dice < 97
        ? new Draft(
            Mix.UNKNOWN_ACCOUNT, key, null, Submitter.request(key, Map.of("account", "nobody")))
        : new Draft(
            Mix.OWN_TOKEN,
            key,
            null,
            Submitter.request(key, Map.of("api_token", invented().reveal())));
  }

  private Draft dated(Mix mix, Instant notAfter) {
    Secret key = fresh();
    return new Draft(
        mix, key, notAfter, Submitter.request(key, Map.of("not_after", notAfter.toString())));
  }

  /** Pairs of requests for the same key; both are marked. */
  private Draft again() {
    if (seen.isEmpty()) {
      Secret key = fresh();
      seen.add(key);
      return new Draft(Mix.AGAIN, key, null, Submitter.request(key, Map.of()));
    }
    Secret key = seen.removeLast();
    return new Draft(
        Mix.AGAIN, key, null, Submitter.request(key, Map.of("labels", Map.of("again", "yes"))));
  }

  private Draft malformed() {
    if (random.nextInt(8) == 0) {
      return new Draft(Mix.MALFORMED, null, null, null);
    }
    Secret key = fresh();
    String form = BROKEN.get(random.nextInt(BROKEN.size()));
    return new Draft(Mix.MALFORMED, key, null, form.replace("%s", key.reveal()));
  }

  private Secret fresh() {
    return keyOf(LocalStack.ACCOUNT);
  }

  private Secret keyOf(String account) {
    Secret key = api.generateKeys(account, 1).getFirst();
    secrets.add(key);
    return key;
  }

  private Secret invented() {
    byte[] bytes = new byte[KnownSecrets.DIGITS / 2];
    random.nextBytes(bytes);
    Secret key = Secret.of(HexFormat.of().formatHex(bytes));
    secrets.add(key);
    return key;
  }

  @Override
  public void close() {
    ticker.shutdownNow();
  }
}
