package dev.revoker.sandbox;

import dev.revoker.model.Secret;
import dev.revoker.time.Time;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.apache.kafka.common.utils.Utils;

/** A broker with topics, the sandbox's account API, and workers, all on this machine. */
public final class LocalStack implements AutoCloseable {
  /** The topic of the urgent lane. */
  public static final String URGENT = "key-revocations.urgent";

  /** The topic of the standard lane. */
  public static final String STANDARD = "key-revocations";

  /** The topic of the results. */
  public static final String RESULTS = "key-revocations.results";

  /** The only account of the API. */
  public static final String ACCOUNT = "demo";

  /** So that no request is larger in the worker's memory than the broker's limit. */
  private static final Map<String, String> UNCOMPRESSED =
      Map.of("compression.type", "uncompressed");

  private final Broker broker;
  private final boolean closesBroker;
  private final SandboxApi api;
  private final Secret password;
  private final Path folder;
  private final List<WorkerProcess> workers = new CopyOnWriteArrayList<>();

  private LocalStack(
      Broker broker, boolean closesBroker, SandboxApi api, Secret password, Path folder) {
    this.broker = broker;
    this.closesBroker = closesBroker;
    this.api = api;
    this.password = password;
    this.folder = folder;
  }

  /** Starts a broker of one node, the topics and the API, and waits until they are ready. */
  public static LocalStack start(Time time) {
    return start(time, Broker.Options.DEFAULTS);
  }

  /** The same with other options for the broker. */
  public static LocalStack start(Time time, Broker.Options options) {
    CompletableFuture<Broker> broker = CompletableFuture.supplyAsync(() -> Broker.start(options));
    LocalStack stack;
    try {
      stack = start(time, broker, true);
    } catch (IOException e) {
      broker.join().close();
      throw new UncheckedIOException("the sandbox could not be started", e);
    }
    stack.broker.createTopic(URGENT, 2, UNCOMPRESSED);
    stack.broker.createTopic(STANDARD, 4, UNCOMPRESSED);
    stack.broker.createTopic(RESULTS, 2, Map.of());
    return stack;
  }

  /** The same on a running broker, which {@link #close} does not stop. Creates no topics. */
  public static LocalStack start(Time time, Broker running) {
    try {
      return start(time, CompletableFuture.completedFuture(running), false);
    } catch (IOException e) {
      throw new UncheckedIOException("the sandbox could not be started", e);
    }
  }

  private static LocalStack start(Time time, CompletableFuture<Broker> broker, boolean closesBroker)
      throws IOException {
    Secret password = generated();
    SandboxApi api =
        SandboxApi.start(
            SandboxApi.Options.defaults()
                .withAccounts(List.of(new SandboxAccount(ACCOUNT, password, List.of()))),
            time);
    Path folder = Files.createTempDirectory("revoker-worker-");
    return new LocalStack(broker.join(), closesBroker, api, password, folder);
  }

  /** The broker. */
  public Broker broker() {
    return broker;
  }

  /** The account API. */
  public SandboxApi api() {
    return api;
  }

  /** The account's password. */
  public Secret password() {
    return password;
  }

  /** Starts a worker with these additional settings. */
  public WorkerProcess startWorker(String name, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(workerSettings());
    all.putAll(settings);
    return started(WorkerProcess.start(all, folder.resolve(name + ".log")));
  }

  /** Adds a worker that was started elsewhere, so that {@link #close} ends it. */
  public WorkerProcess started(WorkerProcess worker) {
    workers.add(worker);
    return worker;
  }

  /** The settings with which a worker finds the broker and the API. They contain secrets. */
  public Map<String, String> workerSettings() {
    return Map.of(
        "bootstrap.servers",
        broker.bootstrapServers(),
        "api.base.url",
        api.url().toString(),
        "accounts",
        ACCOUNT,
        "account." + ACCOUNT + ".username",
        ACCOUNT,
        "account." + ACCOUNT + ".password",
        password.reveal());
  }

  /** The folder of the workers' logs. */
  public Path folder() {
    return folder;
  }

  /** The ends of the workers' logs. */
  String lastLines() {
    return workers.stream().map(WorkerProcess::lastLines).collect(Collectors.joining("\n"));
  }

  /** Kills the workers, stops the API and the broker that it started, and deletes their data. */
  @Override
  public void close() {
    workers.forEach(WorkerProcess::close);
    api.close();
    if (closesBroker) {
      broker.close();
    }
    try {
      Utils.delete(folder.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException("the workers' folder could not be removed: " + folder, e);
    }
  }

  private static Secret generated() {
    byte[] bytes = new byte[16];
    new SplittableRandom().nextBytes(bytes);
    return Secret.of(HexFormat.of().formatHex(bytes));
  }
}
