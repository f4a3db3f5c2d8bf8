package dev.revoker.chaos;

import dev.revoker.sandbox.Broker;
import dev.revoker.sandbox.BrokerNode;
import dev.revoker.sandbox.LocalStack;
import dev.revoker.sandbox.WorkerProcess;
import dev.revoker.time.SystemTime;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;

/** The processes: brokers, the sandbox, workers. One thread changes them, any thread may read. */
final class Stage implements AutoCloseable {
  /** Few, so that all are in use most of the time. */
  static final int MAX_IN_FLIGHT = 4;

  private static final int RESULT_PARTITIONS = 2;

  /** The time in which the connections of a killed process still count as calls. */
  private static final Duration LINGERS = Duration.ofSeconds(5);

  /**
   * A single broker that gets no CPU for 2 s must not be fenced by its own controller, because no
   * partition would have a leader.
   */
  static final Map<String, String> PATIENT = Map.of("broker.session.timeout.ms", "60000");

  /** As documented: no record is larger in memory than the broker's limit. */
  private static final Map<String, String> UNCOMPRESSED =
      Map.of("compression.type", "uncompressed");

  /** A worker with its log, which continues when the process is restarted. */
  static final class Slot {
    final WorkerProcess process;
    private final String name;
    volatile boolean meantToRun = true;
    volatile boolean frozen;

    private Slot(String name, WorkerProcess process) {
      this.name = name;
      this.process = process;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private final SystemTime time = new SystemTime();
  private final LocalStack stack;
  private final String name;
  private final Map<String, String> settings;
  private final Admin admin;
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<Slot> slots = new CopyOnWriteArrayList<>();
  private final List<Instant> killed = new CopyOnWriteArrayList<>();
  private volatile int mostProcesses;

  Stage(
      String name,
      Broker.Options brokers,
      Map<String, String> settings,
      Map<String, String> resultConfigs) {
    this.name = name;
    stack = LocalStack.start(time, brokers);
    stack.broker().createTopic(name + "-urgent", 2, UNCOMPRESSED);
    stack.broker().createTopic(name + "-standard", 3, UNCOMPRESSED);
    stack.broker().createTopic(results(), RESULT_PARTITIONS, resultConfigs);
    this.settings = new HashMap<>(common(name));
    this.settings.putAll(settings);
    admin =
        Admin.create(
            Map.of(
                "bootstrap.servers",
                stack.broker().bootstrapServers(),
                "default.api.timeout.ms",
                "60000",
                "request.timeout.ms",
                "5000"));
  }

  private static Map<String, String> common(String name) {
    return Map.of(
        "group.id",
        name,
        "lane.urgent.topic",
        name + "-urgent",
        "lane.standard.topic",
        name + "-standard",
        "results.topic",
        name + "-results",
        "max.in.flight",
        "" + MAX_IN_FLIGHT,
        "breaker.open.wait.ms",
        "500",
        "retry.initial.backoff.ms",
        "50",
        "api.request.timeout.ms",
        "3000");
  }

  LocalStack stack() {
    return stack;
  }

  Broker broker() {
    return stack.broker();
  }

  Admin admin() {
    return admin;
  }

  /** The group's id, which is the prefix of the topics' names. */
  String name() {
    return name;
  }

  String results() {
    return name + "-results";
  }

  List<TopicPartition> resultPartitions() {
    return IntStream.range(0, RESULT_PARTITIONS)
        .mapToObj(number -> new TopicPartition(results(), number))
        .toList();
  }

  Slot startWorker() {
    String worker = "worker-" + slots.size();
    Slot slot = new Slot(worker, stack.startWorker(worker, settings));
    slots.add(slot);
    count();
    return slot;
  }

  /** The running worker at this index; the indexes change when workers start and stop. */
  Slot slot(int number) {
    List<Slot> there = slots.stream().filter(slot -> slot.meantToRun).toList();
    return there.get(number % there.size());
  }

  void kill(Slot slot) {
    slot.meantToRun = false;
    slot.frozen = false;
    slot.process.kill();
    killed.add(Instant.now());
  }

  void restart(Slot slot) {
    slot.process.restart();
    slot.meantToRun = true;
    count();
  }

  int stop(Slot slot) {
    slot.meantToRun = false;
    return slot.process.stop();
  }

  List<Slot> meantToRun() {
    return slots.stream().filter(slot -> slot.meantToRun).toList();
  }

  /** The workers that run and are not frozen. */
  List<Slot> running() {
    return meantToRun().stream().filter(slot -> !slot.frozen).toList();
  }

  /** The number of workers, including frozen ones and those that were just killed. */
  int processes() {
    Instant gone = Instant.now().minus(LINGERS);
    return (int)
        (slots.stream().filter(slot -> slot.process.alive()).count()
            + killed.stream().filter(when -> when.isAfter(gone)).count());
  }

  int mostProcesses() {
    return mostProcesses;
  }

  private void count() {
    mostProcesses = Math.max(mostProcesses, processes());
  }

  /** The body, or empty if there is no answer now. */
  String get(Slot worker, String path) throws InterruptedException {
    try {
      return http.send(
              HttpRequest.newBuilder(worker.process.ops().resolve(path))
                  .timeout(Duration.ofSeconds(2))
                  .build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException notNow) {
      return "";
    }
  }

  boolean ready(Slot worker) {
    return status(worker, "/readyz") == 200;
  }

  /** The status, or -1 if there is no answer now. */
  int status(Slot worker, String path) {
    try {
      return http.send(
              HttpRequest.newBuilder(worker.process.ops().resolve(path))
                  .timeout(Duration.ofSeconds(2))
                  .build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (IOException notNow) {
      return -1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return -1;
    }
  }

  List<Path> logs() {
    List<Path> logs = new ArrayList<>();
    slots.forEach(slot -> logs.add(slot.process.log()));
    Stream<BrokerNode> nodes = stack.broker().nodes().stream();
    nodes.map(BrokerNode::log).forEach(logs::add);
    return logs;
  }

  @Override
  public void close() {
    http.close();
    admin.close(Duration.ofSeconds(1));
    stack.close();
    time.close();
  }
}
