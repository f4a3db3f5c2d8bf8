package dev.revoker.ops;

import dev.revoker.resilience.Dispatcher;
import io.github.resilience4j.core.registry.InMemoryRegistryStore;
import io.github.resilience4j.micrometer.tagged.TaggedCircuitBreakerMetrics;
import io.github.resilience4j.micrometer.tagged.TaggedRateLimiterMetrics;
import io.github.resilience4j.micrometer.tagged.TaggedRetryMetrics;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;

/**
 * The meters of libraries, by Micrometer's and Resilience4j's own binders: the JVM, the policy's
 * breaker, retries and rate limiters, and the Kafka clients ({@code kafka_consumer_*}, {@code
 * kafka_producer_*}), whose labels are client ids, brokers, topics and partitions.
 *
 * <p>Safe on any thread; a call takes some milliseconds. Each Kafka client has a daemon thread,
 * which once a minute looks for new and removed meters.
 */
public final class LibraryMeters implements AutoCloseable {
  private static final long STOP_MS = 1_000;

  private final MeterRegistry registry;
  private final JvmGcMetrics gc = new JvmGcMetrics();
  private final Map<String, KafkaBinding> kafka = new HashMap<>();
  private boolean closed;

  /** Shows the JVM's meters. Those of virtual threads would need another artifact. */
  public LibraryMeters(MeterRegistry registry) {
    this.registry = registry;
    new JvmMemoryMetrics().bindTo(registry);
    gc.bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
  }

  /** Shows the meters of the policy's Resilience4j instruments. */
  public void policy(Dispatcher.Instruments instruments) {
    TaggedCircuitBreakerMetrics.ofCircuitBreakerRegistry(instruments.breakers()).bindTo(registry);
    TaggedRetryMetrics.ofRetryRegistry(instruments.retries()).bindTo(registry);
    InMemoryRegistryStore<RateLimiter> store = new InMemoryRegistryStore<>();
    instruments.rateLimiters().forEach(limiter -> store.putIfAbsent(limiter.getName(), limiter));
    TaggedRateLimiterMetrics.ofRateLimiterRegistry(
            RateLimiterRegistry.custom().withRegistryStore(store).build())
        .bindTo(registry);
  }

  /** Shows this consumer's meters. */
  public void consumer(Consumer<?, ?> consumer) {
    bind("consumer", (tags, thread) -> new KafkaClientMetrics(consumer, tags, thread));
  }

  /** Shows this producer's meters, in place of those of an earlier, closed producer. */
  public void producer(Producer<?, ?> producer) {
    bind("producer", (tags, thread) -> new KafkaClientMetrics(producer, tags, thread));
  }

  /** Removes the clients' meters and ends all threads. The JVM's meters keep their last values. */
  @Override
  public synchronized void close() {
    closed = true;
    kafka.values().forEach(KafkaBinding::close);
    kafka.clear();
    gc.close();
  }

  private synchronized void bind(
      String kind, BiFunction<Tags, ScheduledExecutorService, KafkaClientMetrics> binder) {
    // Under equal names the binder would go on reading the earlier client.
    KafkaBinding earlier = kafka.remove(kind);
    if (earlier != null) {
      earlier.close();
    }
    if (closed) {
      return;
    }
    ScheduledExecutorService refresher =
        Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().name("revoker-kafka-meters").daemon().unstarted(task));
    // Some meters have the same name in all clients, which may also share a client.id.
    KafkaClientMetrics metrics = binder.apply(Tags.of("kind", kind), refresher);
    kafka.put(kind, new KafkaBinding(metrics, refresher));
    metrics.bindTo(registry);
  }

  private record KafkaBinding(KafkaClientMetrics metrics, ScheduledExecutorService refresher) {
    /** Ends the thread first: a refresh under way would register removed meters again. */
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
