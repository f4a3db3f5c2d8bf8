package dev.revoker;

import dev.revoker.api.HttpApi;
import dev.revoker.config.Config;
import dev.revoker.engine.ConsumerHealth;
import dev.revoker.engine.FatalWorkerException;
import dev.revoker.engine.RecordPurge;
import dev.revoker.engine.RequestLoop;
import dev.revoker.engine.TransactionalPublisher;
import dev.revoker.engine.WakeupSignal;
import dev.revoker.memory.MemoryThreads;
import dev.revoker.message.Decryption;
import dev.revoker.message.Fingerprints;
import dev.revoker.message.KeySet;
import dev.revoker.message.RequestReader;
import dev.revoker.message.ResultWriter;
import dev.revoker.model.Result;
import dev.revoker.ops.GuardedRegistry;
import dev.revoker.ops.HeapTrim;
import dev.revoker.ops.LibraryMeters;
import dev.revoker.ops.Meters;
import dev.revoker.ops.ObserverGuard;
import dev.revoker.ops.ObserverGuard.Observer;
import dev.revoker.ops.OpsServer;
import dev.revoker.resilience.Dispatcher;
import dev.revoker.time.SystemTime;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service: creates its objects and connects them, without a framework. The main thread calls
 * {@link #run}; any other thread ends it with {@link #stop}.
 */
final class Worker {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
  private static final long LOGOUT_MS = 2_000;
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private final Config config;
  private final WorkerClients clients;
  private final String instance = hostName() + "-" + UUID.randomUUID();
  private final SystemTime time = new SystemTime();
  private final WakeupSignal wakeupSignal = WakeupSignal.betweenThreads();
  private final ObserverGuard guard = new ObserverGuard(time);
  private final PrometheusMeterRegistry registry = new GuardedRegistry(guard);
  private final LibraryMeters libraryMeters = new LibraryMeters(registry);
  private final Meters meters;
  private final WorkerHealth health;

  /** A bug in the policy, reported by another thread. It ends the loop. */
  private final AtomicReference<@Nullable Throwable> bug = new AtomicReference<>();

  private volatile boolean stopping;
  private volatile @Nullable RequestLoop loop;

  Worker(Config config) {
    this.config = config;
    this.clients = new WorkerClients(config.kafka());
    this.health = new WorkerHealth(config);
    this.meters =
        new Meters(
            registry,
            config.lanes().stream().map(Config.Lane::name).toList(),
            config.accounts().keySet());
  }

  /**
   * Runs the loop until {@link #stop} is called or the worker fails.
   *
   * @return 0 if every request that was started has its result committed, else 1
   * @throws OpsServer.CannotListen if {@code ops.listen} cannot be opened
   * @throws FatalWorkerException for a failure that the worker cannot recover from
   */
  int run() throws OpsServer.CannotListen {
    HeapTrim.start(time);
    try (time;
        OpsServer ops = OpsServer.start(config.opsListen(), registry, health.checks(), time);
        libraryMeters) {
      LOG.atInfo()
          .addKeyValue("ops", ops.address())
          .addKeyValue("lanes", config.lanes().stream().map(Config.Lane::name).toList())
          .addKeyValue("accounts", config.accounts().keySet())
          .log("started");
      return prepareTopics() ? work() : 0;
    }
  }

  /** Asks {@link #run} to drain and return. Any thread. */
  void stop() {
    stopping = true;
    wakeupSignal.send();
    RequestLoop running = loop;
    if (running != null) {
      running.stop();
    }
  }

  /** Returns false if the worker was stopped while it waited for the brokers. */
  private boolean prepareTopics() {
    TopicSetup.Topics topics = TopicSetup.Topics.of(config);
    try (Admin admin = clients.admin()) {
      if (!TopicSetup.ensure(
          admin, config.kafka(), topics, config.createTopics(), wakeupSignal, () -> !stopping)) {
        return false;
      }
      TopicWarnings.Found found =
          TopicWarnings.find(admin, topics, topics.all(), config.purgingGroup());
      found
          .warnings()
          .forEach(
              text ->
                  LOG.atWarn()
                      .addKeyValue("found", text)
                      .log("the topics or their readers put requests or results at risk"));
      found
          .unchecked()
          .forEach(
              text ->
                  LOG.atInfo()
                      .addKeyValue("found", text)
                      .log("topic settings could not be checked"));
      return true;
    }
  }

  private int work() {
    try (HttpApi api = new HttpApi(config.api(), config.limits().maxInFlight(), time);
        Admin admin = clients.admin();
        MemoryThreads memory = startMemory(admin)) {
      Dispatcher policy =
          new Dispatcher(
              config,
              api,
              memory == null ? Dispatcher.Memory.NONE : memory.memory(),
              new PolicyListener(),
              time,
              ThreadLocalRandom.current()::nextDouble);
      guard.run(Observer.BINDERS, () -> libraryMeters.policy(policy.instruments()));
      health.watch(policy);
      int code = work(policy, admin, () -> memory == null ? 0 : memory.memory().keys());
      logOut(policy);
      return code;
    }
  }

  /** Returns null if nothing is to be remembered. */
  private @Nullable MemoryThreads startMemory(Admin admin) {
    Config.Memory memory = config.memory();
    if (memory.days() == 0) {
      return null;
    }
    return MemoryThreads.start(
        new MemoryThreads.Settings(
            config.resultsTopic(), Duration.ofDays(memory.days()), memory.maxKeys()),
        clients::memoryConsumer,
        MemoryThreads.LogEnds.from(admin),
        result -> guard.run(Observer.RESULTS, () -> meters.lookedUp(result)),
        time);
  }

  private int work(Dispatcher policy, Admin admin, IntSupplier rememberedKeys) {
    Consumer<byte[], byte[]> consumer = clients.consumer();
    guard.run(Observer.BINDERS, () -> libraryMeters.consumer(consumer));
    ConsumerHealth consumerHealth = new ConsumerHealth(consumer);
    health.watch(consumerHealth);
    TransactionalPublisher publisher =
        new TransactionalPublisher(
            this::newProducer,
            new ResultWriter(instance, config.kafka().groupId()),
            config.resultsTopic());
    try {
      RequestLoop running =
          new RequestLoop(
              config,
              consumer,
              publisher,
              names -> TopicSetup.ids(admin, names),
              new RequestReader(
                  config.accounts().keySet(),
                  config.defaultAccount(),
                  new Fingerprints(config.fingerprintSecret()),
                  decryption()),
              policy,
              consumerHealth::heartbeatAgeMs,
              this::committed,
              wakeupSignal,
              time);
      loop = running;
      health.watch(running);
      meters.watch(new WorkerGauges(policy, running, rememberedKeys, time));
      if (stopping) {
        running.stop();
      }
      boolean complete;
      RecordPurge purge = startPurge(running, admin);
      try (purge) {
        complete = running.run();
      }
      Throwable broken = bug.get();
      if (broken != null) {
        throw new FatalWorkerException(
            "a bug stopped the worker; please report it: " + broken, broken);
      }
      return complete ? 0 : 1;
    } finally {
      try {
        consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
      } finally {
        RequestLoop ended = loop;
        if (ended != null) {
          ended.closeProducer(CLOSE_TIMEOUT);
        }
      }
    }
  }

  private Decryption decryption() {
    Path keys = config.encryption().decryptionKeys();
    try {
      return keys == null ? Decryption.NONE : Decryption.with(keys, config.encryption().required());
    } catch (KeySet.UnusableException unusable) {
      throw new FatalWorkerException(
          "decryption.keys.location cannot be used: " + unusable.getMessage(), null);
    }
  }

  /** Returns null if nothing is to be purged. */
  private @Nullable RecordPurge startPurge(RequestLoop running, Admin admin) {
    return config.purgeAnsweredAfterMs() == 0
        ? null
        : RecordPurge.start(config.purgeAnsweredAfterMs(), running, admin, this::purgeFailed, time);
  }

  private void purgeFailed(Throwable cause) {
    guard.run(
        Observer.PURGE,
        () -> {
          throw new IllegalStateException(
              "request records were not deleted; it takes the right Delete on the request topics",
              cause);
        });
  }

  /**
   * Ends the API sessions that this worker opened; they would otherwise stay valid for an hour. The
   * drain is over by now, so a failure is only logged.
   */
  private static void logOut(Dispatcher policy) {
    try {
      int unconfirmed = policy.logOut().get(LOGOUT_MS, TimeUnit.MILLISECONDS);
      LOG.atInfo().addKeyValue("unconfirmed", unconfirmed).log("logged out of the API");
    } catch (TimeoutException late) {
      LOG.atWarn()
          .addKeyValue("waitedMs", LOGOUT_MS)
          .log("the API did not confirm every logout; those sessions end when idle for an hour");
    } catch (ExecutionException bug) {
      LOG.atError().setCause(bug).log("the logout failed; the sessions end when idle for an hour");
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  private Producer<byte[], byte[]> newProducer() {
    Producer<byte[], byte[]> producer = clients.producer(instance);
    guard.run(Observer.BINDERS, () -> libraryMeters.producer(producer));
    return producer;
  }

  private void committed(List<Result> results, long tookNanos) {
    Instant now = time.now();
    guard.run(Observer.RESULTS, () -> meters.committed(tookNanos));
    results.forEach(result -> guard.run(Observer.RESULTS, () -> meters.answered(result, now)));
  }

  private static String hostName() {
    String given = System.getenv("HOSTNAME");
    if (given != null && !given.isBlank()) {
      return given;
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException nameless) {
      return "worker";
    }
  }

  private final class PolicyListener implements Dispatcher.Listener {
    @Override
    public void apiCalled(String result, long nanos) {
      guard.run(Observer.CALLS, () -> meters.apiCalled(result, nanos));
    }

    @Override
    public void loggedIn(String account, String result) {
      guard.run(Observer.LOGINS, () -> meters.loggedIn(account, result));
    }

    @Override
    public void protectedKeyRequested(String lane) {
      guard.run(Observer.RESULTS, () -> meters.protectedKeyRequested(lane));
    }

    @Override
    public void intakeChanged() {
      RequestLoop running = loop;
      if (running != null) {
        running.signal();
      }
    }

    @Override
    public void broken(Throwable cause) {
      bug.compareAndSet(null, cause);
      stop();
    }
  }
}
