package dev.revoker.engine;

import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/** Whether the consumer is connected and a member of its group, by its own metrics. Any thread. */
public final class ConsumerHealth {
  private static final double LATE_HEARTBEAT_SECONDS = 15;

  private final Consumer<byte[], byte[]> consumer;

  /** Observes this consumer. */
  public ConsumerHealth(Consumer<byte[], byte[]> consumer) {
    this.consumer = consumer;
  }

  /** Whether there is a connection to a broker, and the group has heard of this worker lately. */
  public boolean up() {
    double seen = lastSeenSeconds();
    return connections() > 0 && seen >= 0 && seen < LATE_HEARTBEAT_SECONDS;
  }

  /** The reason, for a person. */
  public String why() {
    if (connections() <= 0) {
      return "no connection to a broker";
    }
    double seen = lastSeenSeconds();
    return seen < 0 ? "not in the group yet" : "last heartbeat " + (long) seen + " s ago";
  }

  /** How long ago the group heard of this worker, in milliseconds; negative if it never did. */
  public long heartbeatAgeMs() {
    return (long) (lastSeenSeconds() * 1000);
  }

  /** Seconds since the last heartbeat; before the first heartbeat, since the last rebalance. */
  private double lastSeenSeconds() {
    double heartbeat = coordinator("last-heartbeat-seconds-ago");
    return heartbeat >= 0 ? heartbeat : coordinator("last-rebalance-seconds-ago");
  }

  private double coordinator(String name) {
    return metric("consumer-coordinator-metrics", name);
  }

  private double connections() {
    return metric("consumer-metrics", "connection-count");
  }

  private double metric(String group, String name) {
    for (Map.Entry<MetricName, ? extends Metric> metric : consumer.metrics().entrySet()) {
      if (metric.getKey().group().equals(group)
          && metric.getKey().name().equals(name)
          && metric.getValue().metricValue() instanceof Number number) {
        return number.doubleValue();
      }
    }
    return -1;
  }
}
