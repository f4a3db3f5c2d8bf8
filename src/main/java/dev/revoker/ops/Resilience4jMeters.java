package dev.revoker.ops;

import dev.revoker.resilience.Dispatcher;
import io.github.resilience4j.core.registry.InMemoryRegistryStore;
import io.github.resilience4j.micrometer.tagged.TaggedCircuitBreakerMetrics;
import io.github.resilience4j.micrometer.tagged.TaggedRateLimiterMetrics;
import io.github.resilience4j.micrometer.tagged.TaggedRetryMetrics;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.micrometer.core.instrument.MeterRegistry;

/** Resilience4j's own meters, by its own binders: the one class of ops that knows Resilience4j. */
public final class Resilience4jMeters {
  private Resilience4jMeters() {}

  /** Binds them, once. */
  public static void bind(Dispatcher.Instruments instruments, MeterRegistry registry) {
    TaggedCircuitBreakerMetrics.ofCircuitBreakerRegistry(instruments.breakers()).bindTo(registry);
    TaggedRetryMetrics.ofRetryRegistry(instruments.retries()).bindTo(registry);
    InMemoryRegistryStore<RateLimiter> store = new InMemoryRegistryStore<>();
    instruments.rateLimiters().forEach(limiter -> store.putIfAbsent(limiter.getName(), limiter));
    TaggedRateLimiterMetrics.ofRateLimiterRegistry(
            RateLimiterRegistry.custom().withRegistryStore(store).build())
        .bindTo(registry);
  }
}
