package dev.revoker.engine;

import org.apache.kafka.clients.producer.Producer;

/**
 * Tells brokers that are away, which are waited for, from one that is there and does not do what it
 * is asked: that is given up after a few time-outs. By the producer's own metrics. Used by one
 * thread.
 */
final class Patience {
  /** A broker that has just started still loads what it needs. */
  private static final int MOST_IN_VAIN = 3;

  private int inVain;

  /** Another step is tried. */
  void begins() {
    inVain = 0;
  }

  /** Whether there is a connection, or one is being made, which Kafka counts as well. */
  static boolean connected(Producer<?, ?> producer) {
    return metric(producer, "connection-count") > 0;
  }

  /** Bytes that came from brokers so far. */
  static double heard(Producer<?, ?> producer) {
    return metric(producer, "incoming-byte-total");
  }

  /**
   * The step timed out.
   *
   * @param heardBefore {@link #heard} as it began
   * @return whether it did so often enough though a broker answered
   */
  boolean ends(Producer<?, ?> producer, double heardBefore) {
    if (heard(producer) > heardBefore) {
      inVain++;
    }
    return inVain >= MOST_IN_VAIN;
  }

  private static double metric(Producer<?, ?> producer, String name) {
    return producer.metrics().entrySet().stream()
        .filter(metric -> metric.getKey().group().equals("producer-metrics"))
        .filter(metric -> metric.getKey().name().equals(name))
        .mapToDouble(metric -> ((Number) metric.getValue().metricValue()).doubleValue())
        .sum();
  }
}
