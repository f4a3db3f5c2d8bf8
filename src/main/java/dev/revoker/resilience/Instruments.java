package dev.revoker.resilience;

import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.core.registry.InMemoryRegistryStore;
import io.github.resilience4j.micrometer.tagged.TaggedCircuitBreakerMetrics;
import io.github.resilience4j.micrometer.tagged.TaggedRateLimiterMetrics;
import io.github.resilience4j.micrometer.tagged.TaggedRetryMetrics;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.github.resilience4j.retry.RetryRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;

/**
 * Resilience4j's own meters: the one place here that knows Micrometer, because its binders join the
 * two.
 */
public record Instruments(
    CircuitBreakerRegistry breakers, RetryRegistry retries, List<RateLimiter> rateLimiters) {
  /** Binds them, once. */
  public void bindTo(MeterRegistry registry) {
    TaggedCircuitBreakerMetrics.ofCircuitBreakerRegistry(breakers).bindTo(registry);
    TaggedRetryMetrics.ofRetryRegistry(retries).bindTo(registry);
    InMemoryRegistryStore<RateLimiter> store = new InMemoryRegistryStore<>();
    rateLimiters.forEach(limiter -> store.putIfAbsent(limiter.getName(), limiter));
    TaggedRateLimiterMetrics.ofRateLimiterRegistry(
            RateLimiterRegistry.custom().withRegistryStore(store).build())
        .bindTo(registry);
  }
}
