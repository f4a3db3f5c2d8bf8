package dev.revoker.bench;

import dev.revoker.sandbox.Faults.Latency;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.common.GroupState;
import org.awaitility.Awaitility;

/** One implementation with its own topics, from the start of its processes to their end. */
final class Run implements AutoCloseable {
  static final int PARTITIONS = 8;
  private static final Duration START = Duration.ofMinutes(2);
  private static final Duration REPEATS_MAY_COME = Duration.ofMillis(500);

  private final TestBed testBed;
  private final Implementation implementation;
  private final RunParameters parameters;
  private final Admin admin;
  private final Feed feed;
  private final ResultCounter counter;
  private final List<Child> children = new ArrayList<>();
  private final int total;
  private int sent;

  /**
   * Prepares topics and keys, and starts no implementation yet.
   *
   * @param total the number of all requests of the run
   */
  Run(TestBed testBed, Implementation implementation, boolean urgent, int concurrency, int total)
      throws IOException, InterruptedException {
    this.testBed = testBed;
    this.implementation = implementation;
    this.total = total;
    parameters = testBed.parameters(implementation.id(), urgent, concurrency);
    admin = Admin.create(Map.of("bootstrap.servers", parameters.brokers()));
    for (String topic : parameters.requestTopics()) {
      testBed.broker().createTopic(topic, PARTITIONS, Map.of());
    }
    testBed.broker().createTopic(parameters.results(), PARTITIONS, Map.of());
    feed =
        new Feed(
            parameters.brokers(),
            parameters.name(),
            testBed.api().reset(total),
            implementation::keyField);
    counter = new ResultCounter(parameters.brokers(), parameters.results(), total);
  }

  RunParameters parameters() {
    return parameters;
  }

  ResultCounter counter() {
    return counter;
  }

  /** Starts one more process and does not wait for it. */
  void launch() {
    children.add(implementation.start(parameters));
  }

  /** Starts the processes, waits until they share the partitions, and warms them up. */
  void start(int processes, int warmUp)
      throws IOException, InterruptedException, ExecutionException {
    for (int i = 0; i < processes; i++) {
      launch();
    }
    Awaitility.await()
        .atMost(START)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              checkAlive();
              return settled(processes);
            });
    testBed.api().behave(Latency.NONE, 0);
    if (warmUp > 0) {
      sendAll(parameters.requests(), warmUp);
      await();
    }
  }

  /** Sets the API's latency and failures. */
  void behave(Latency latency, int everyNth) throws IOException, InterruptedException {
    testBed.api().behave(latency, everyNth);
  }

  /** Makes the next requests visible at once; returns when, as {@link Feed#sendAll} does. */
  long sendAll(String topic, int count) {
    int first = sent;
    sent += count;
    return feed.sendAll(topic, first, count);
  }

  /** Sends requests one by one and records each one's time. */
  Thread sendPaced(String topic, int count, double perSecond, long[] sentAt) {
    int first = sent;
    sent += count;
    return Thread.ofPlatform().start(() -> feed.sendPaced(topic, first, count, perSecond, sentAt));
  }

  /** The number of the next request. */
  int sent() {
    return sent;
  }

  /** Waits until all requests have results; false if that does not happen. */
  boolean await() {
    return counter.await(
        sent, testBed.quietAtMost(), () -> children.stream().allMatch(Child::alive));
  }

  /** The first of its processes. */
  Child process() {
    return children.getFirst();
  }

  /** Of all its processes. */
  double cpuSeconds() {
    return children.stream().mapToDouble(Child::cpuSeconds).sum();
  }

  /** Of all its processes, and of the broker. */
  CpuTime cpuTime() {
    return new CpuTime(cpuSeconds(), testBed.brokerCpuSeconds());
  }

  /** User and system time; seconds. */
  record CpuTime(double implementation, double broker) {
    /** The CPU time used since then, for each request. */
    void since(CpuTime before, int count, Map<Figure, Double> figures) {
      double own = (implementation - before.implementation) * 1e6 / count;
      double brokers = (broker - before.broker) * 1e6 / count;
      figures.put(Figure.CPU_US, own);
      figures.put(Figure.BROKER_CPU_US, brokers);
      figures.put(Figure.BOTH_CPU_US, own + brokers);
    }
  }

  /**
   * The number of removed keys that the implementation reported as failed, if allowed (see {@link
   * #faults}).
   */
  void reportedFailed(Map<Figure, Double> figures) {
    if (counter.failed() > 0) {
      figures.put(Figure.REPORTED_FAILED, (double) counter.failed());
    }
  }

  /** The peak memory of its largest process. */
  double peakRssMb() {
    return children.stream().mapToDouble(Child::peakRssMb).max().orElseThrow();
  }

  /**
   * Why this run is void; empty if it counts. A pool that loses an answer calls again and gets
   * ITEM_NOT_FOUND. Such results are counted and shown.
   */
  List<String> faults() throws IOException, InterruptedException {
    counter.linger(REPEATS_MAY_COME);
    List<String> faults = new ArrayList<>(counter.faults());
    if (!implementation.maySayFailed() && counter.failed() > 0) {
      faults.add("failed " + counter.failed());
    }
    AccountApi.State state = testBed.api().state();
    int allowed = parameters.concurrency() * children.size();
    if (state.maxInFlight() > allowed) {
      faults.add("%d calls at a time, %d are allowed".formatted(state.maxInFlight(), allowed));
    }
    if (state.removed() != total) {
      faults.add("%d keys removed, not %d".formatted(state.removed(), total));
    }
    if (!faults.isEmpty()) {
      testBed.keepEvidence(parameters);
    }
    return faults;
  }

  @Override
  public void close() {
    children.forEach(Child::close);
    feed.close();
    counter.close();
    List<String> topics = new ArrayList<>(parameters.requestTopics());
    topics.add(parameters.results());
    admin.deleteTopics(topics);
    admin.close();
  }

  private boolean settled(int members) throws InterruptedException, ExecutionException {
    ConsumerGroupDescription group;
    try {
      group =
          admin
              .describeConsumerGroups(List.of(parameters.name()))
              .all()
              .get()
              .get(parameters.name());
    } catch (ExecutionException notYet) {
      return false;
    }
    return group.groupState() == GroupState.STABLE
        && group.members().stream()
                .filter(member -> !member.assignment().topicPartitions().isEmpty())
                .count()
            == members;
  }

  private void checkAlive() {
    if (!children.stream().allMatch(Child::alive)) {
      throw new IllegalStateException(
          implementation.id() + " ended: " + children.getFirst().printed());
    }
  }
}
