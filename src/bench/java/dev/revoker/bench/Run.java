package dev.revoker.bench;

import dev.revoker.sandbox.Latency;
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

/** One contender at work in topics of its own, from the start of its processes to their end. */
final class Run implements AutoCloseable {
  static final int PARTITIONS = 8;
  private static final Duration START = Duration.ofMinutes(2);
  private static final Duration REPEATS_MAY_COME = Duration.ofMillis(500);

  private final Stand stand;
  private final Contender contender;
  private final Place place;
  private final Admin admin;
  private final Feed feed;
  private final Tally tally;
  private final List<Child> children = new ArrayList<>();
  private final int total;
  private int sent;

  /**
   * Prepares topics and keys, and starts no contender yet.
   *
   * @param total how many requests there will be in all
   */
  Run(Stand stand, Contender contender, boolean urgent, int concurrency, int total)
      throws IOException, InterruptedException {
    this.stand = stand;
    this.contender = contender;
    this.total = total;
    place = stand.place(contender.id(), urgent, concurrency);
    admin = Admin.create(Map.of("bootstrap.servers", place.brokers()));
    for (String topic : place.requestTopics()) {
      stand.broker().createTopic(topic, PARTITIONS, Map.of());
    }
    stand.broker().createTopic(place.results(), PARTITIONS, Map.of());
    feed = new Feed(place.brokers(), place.name(), stand.api().reset(total));
    tally = new Tally(place.brokers(), place.results(), total);
  }

  Place place() {
    return place;
  }

  Tally tally() {
    return tally;
  }

  /** Starts one more process and does not wait for it. */
  void launch() {
    children.add(contender.start(place));
  }

  /** Starts so many processes, waits until they share the partitions, and warms them up. */
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
    stand.api().behave(Latency.NONE, 0);
    if (warmUp > 0) {
      pile(place.requests(), warmUp);
      await();
    }
  }

  /** From now on the API behaves like this. */
  void behave(Latency latency, int everyNth) throws IOException, InterruptedException {
    stand.api().behave(latency, everyNth);
  }

  /** Makes the next so many requests visible at once; returns when, as {@link Feed#pile} does. */
  long pile(String topic, int count) {
    int first = sent;
    sent += count;
    return feed.pile(topic, first, count);
  }

  /** Sends so many requests one by one; each number's time goes into the array. */
  Thread pace(String topic, int count, double perSecond, long[] sentAt) {
    int first = sent;
    sent += count;
    return Thread.ofPlatform().start(() -> feed.pace(topic, first, count, perSecond, sentAt));
  }

  /** The number of the next request. */
  int sent() {
    return sent;
  }

  /** Waits until all that were sent have results; whether they have. */
  boolean await() {
    return tally.await(sent, stand.quietAtMost(), () -> children.stream().allMatch(Child::alive));
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
    return new CpuTime(cpuSeconds(), stand.brokerCpuSeconds());
  }

  /** User and system time; seconds. */
  record CpuTime(double contender, double broker) {
    /** What was used since then, for each of so many requests. */
    void since(CpuTime before, int count, Map<Figure, Double> figures) {
      double own = (contender - before.contender) * 1e6 / count;
      double brokers = (broker - before.broker) * 1e6 / count;
      figures.put(Figure.CPU_US, own);
      figures.put(Figure.BROKER_CPU_US, brokers);
      figures.put(Figure.BOTH_CPU_US, own + brokers);
    }
  }

  /** How many removed keys the contender reported as failed, if it may (see {@link #faults}). */
  void reportedFailed(Map<Figure, Double> figures) {
    if (tally.failed() > 0) {
      figures.put(Figure.REPORTED_FAILED, (double) tally.failed());
    }
  }

  /** Of the largest of its processes. */
  double peakRssMb() {
    return children.stream().mapToDouble(Child::peakRssMb).max().orElseThrow();
  }

  /**
   * What makes this run void; nothing where it is sound. A pool that loses an answer calls again
   * and is told that the key is not there. What it reports then is counted, and shown.
   */
  List<String> faults() throws IOException, InterruptedException {
    tally.linger(REPEATS_MAY_COME);
    List<String> faults = new ArrayList<>(tally.faults());
    if (!contender.maySayFailed() && tally.failed() > 0) {
      faults.add("failed " + tally.failed());
    }
    AccountApi.State state = stand.api().state();
    int allowed = place.concurrency() * children.size();
    if (state.maxInFlight() > allowed) {
      faults.add("%d calls at a time, %d are allowed".formatted(state.maxInFlight(), allowed));
    }
    if (state.removed() != total) {
      faults.add("%d keys removed, not %d".formatted(state.removed(), total));
    }
    if (!faults.isEmpty()) {
      stand.keepEvidence(place);
    }
    return faults;
  }

  @Override
  public void close() {
    children.forEach(Child::close);
    feed.close();
    tally.close();
    List<String> topics = new ArrayList<>(place.requestTopics());
    topics.add(place.results());
    admin.deleteTopics(topics);
    admin.close();
  }

  private boolean settled(int members) throws InterruptedException, ExecutionException {
    ConsumerGroupDescription group;
    try {
      group = admin.describeConsumerGroups(List.of(place.name())).all().get().get(place.name());
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
      throw new IllegalStateException(contender.id() + " ended: " + children.getFirst().printed());
    }
  }
}
