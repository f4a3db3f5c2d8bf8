package dev.revoker.sim;

import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * A request of a Kafka client to the brokers. The client repeats it while the brokers are
 * unreachable, after a retriable error, and when the answer is lost. It takes effect once.
 */
final class Rpc<T> {
  /** A retriable error. */
  static final class NotYet extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotYet() {
      super("not yet", null, false, false);
    }
  }

  private final SimProcess process;
  private final SimBrokers cluster;
  private final String what;
  private final Supplier<T> atBroker;

  private boolean applied;
  private boolean done;
  private boolean cancelled;
  private @Nullable T value;
  private @Nullable KafkaException error;

  Rpc(SimProcess process, SimBrokers cluster, String what, Supplier<T> atBroker) {
    this.process = process;
    this.cluster = cluster;
    this.what = process.name + " " + what;
    this.atBroker = atBroker;
    send();
  }

  boolean done() {
    return done;
  }

  @Nullable KafkaException error() {
    return error;
  }

  /** Called only if the request succeeds. */
  @Nullable T value() {
    return value;
  }

  /** The client stops repeating; a request in flight still arrives. */
  void cancel() {
    cancelled = true;
  }

  /** The client gives up. */
  void fail(KafkaException why) {
    if (!done) {
      cancelled = true;
      done = true;
      error = why;
    }
  }

  private void send() {
    if (!cancelled) {
      cluster.world.at(cluster.latency(), what + " arrives", this::arrive);
    }
  }

  private void arrive() {
    if (!cluster.reachable(process)) {
      again(100);
      return;
    }
    if (!applied) {
      try {
        value = atBroker.get();
      } catch (NotYet notYet) {
        again(cluster.world.between(5, 50));
        return;
      } catch (KafkaException refused) {
        error = refused;
      }
      applied = true;
    }
    if (cluster.losesAnswer()) {
      cluster.world.trace(what + " answer is lost");
      again(cluster.world.chance(0.7) ? 50 : 5000);
      return;
    }
    process.post(
        cluster.latency(),
        what + (error == null ? " done" : " refused: " + error.getClass().getSimpleName()),
        () -> done = true);
  }

  private void again(long afterMs) {
    process.post(afterMs * World.MS, what + " again", this::send);
  }
}
