package dev.revoker.engine;

import org.apache.kafka.clients.producer.Producer;

/**
 * How often one step of a transaction may time out. Time-outs while the brokers are away do not
 * count: the worker waits for them. A broker that answers and does not complete the step gets three
 * time-outs. Decided by the producer's own metrics. Used by one thread.
 */
final class TimeoutBudget {
  /** More than one: a broker that has just started still loads its state. */
  private static final int MAX_TIMEOUTS = 3;

  private final Producer<?, ?> producer;
  private double bytesBefore;
  private int timeouts;

  TimeoutBudget(Producer<?, ?> producer) {
    this.producer = producer;
  }

  /** Whether there is a connection to a broker, or one is being made: Kafka counts both. */
  boolean isConnected() {
    return metric("connection-count") > 0;
  }

  /** The step is tried, again or for the first time. */
  void attempt() {
    bytesBefore = bytesReceived();
  }

  /** The attempt timed out. Returns whether that was the last that the step may have. */
  boolean timedOut() {
    if (bytesReceived() > bytesBefore) {
      timeouts++;
    }
    return timeouts >= MAX_TIMEOUTS;
  }

  private double bytesReceived() {
    return metric("incoming-byte-total");
  }

  private double metric(String name) {
    return producer.metrics().entrySet().stream()
        .filter(metric -> metric.getKey().group().equals("producer-metrics"))
        .filter(metric -> metric.getKey().name().equals(name))
        .mapToDouble(metric -> ((Number) metric.getValue().metricValue()).doubleValue())
        .sum();
  }
}
