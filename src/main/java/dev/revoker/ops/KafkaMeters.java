package dev.revoker.ops;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;

/**
 * The Kafka clients' own meters ({@code kafka_consumer_*}, {@code kafka_producer_*}, {@code
 * kafka_admin_client_*}), by Micrometer's binder. Labels are client ids, brokers, topics and
 * partitions: their number follows the cluster, never the requests.
 *
 * <p>One client of each kind at a time. A client that takes another's place (a producer after a
 * fatal error) must be given here too: the meters of the one before go away first, because under
 * equal names the binder would keep reading the dead client. Until then a closed client's meters
 * keep their last values.
 *
 * <p>Safe on any thread; a call takes some milliseconds. Each binding has a daemon thread, which
 * once a minute looks for meters that came or went.
 */
public final class KafkaMeters implements AutoCloseable {
  private enum Kind {
    CONSUMER,
    PRODUCER,
    ADMIN;

    /** Some meters have the same name in all clients, which may also share a client.id. */
    Tags tags() {
      return Tags.of("kind", name().toLowerCase(Locale.ROOT));
    }
  }

  private static final long STOP_MS = 1_000;

  private final MeterRegistry registry;
  private final Map<Kind, Binding> bindings = new EnumMap<>(Kind.class);
  private boolean closed;

  public KafkaMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Shows this consumer's meters, in place of the one before. */
  public void consumer(Consumer<?, ?> consumer) {
    bind(Kind.CONSUMER, (tags, thread) -> new KafkaClientMetrics(consumer, tags, thread));
  }

  /** Shows this producer's meters, in place of the one before. */
  public void producer(Producer<?, ?> producer) {
    bind(Kind.PRODUCER, (tags, thread) -> new KafkaClientMetrics(producer, tags, thread));
  }

  /** Shows this admin client's meters, in place of the one before. A stand-in has none to show. */
  public void admin(Admin admin) {
    if (admin instanceof AdminClient client) {
      bind(Kind.ADMIN, (tags, thread) -> new KafkaClientMetrics(client, tags, thread));
    }
  }

  /** Removes all of them and ends their threads. The clients themselves are not touched. */
  @Override
  public synchronized void close() {
    closed = true;
    bindings.values().forEach(Binding::close);
    bindings.clear();
  }

  private synchronized void bind(
      Kind kind, BiFunction<Tags, ScheduledExecutorService, KafkaClientMetrics> binder) {
    Binding before = bindings.remove(kind);
    if (before != null) {
      before.close();
    }
    if (closed) {
      return;
    }
    ScheduledExecutorService refresher =
        Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().name("revoker-kafka-meters").daemon().unstarted(task));
    KafkaClientMetrics metrics = binder.apply(kind.tags(), refresher);
    bindings.put(kind, new Binding(metrics, refresher));
    metrics.bindTo(registry);
  }

  /**
   * The binder does not end a thread that it was given, so it is ended here, and first: a refresh
   * under way would put meters back after they were removed.
   */
  private record Binding(KafkaClientMetrics metrics, ScheduledExecutorService refresher) {
    void close() {
      refresher.shutdownNow();
      try {
        boolean ended = refresher.awaitTermination(STOP_MS, TimeUnit.MILLISECONDS);
        assert ended : "a refresh only reads memory";
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      metrics.close();
    }
  }
}
