package dev.revoker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.junit.jupiter.api.Test;

class ConsumerHealthTest {
  private final Map<MetricName, Metric> metrics = new HashMap<>();

  private final ConsumerHealth link =
      new ConsumerHealth(
          new MockConsumer<byte[], byte[]>("earliest") {
            @Override
            public synchronized Map<MetricName, ? extends Metric> metrics() {
              return metrics;
            }
          });

  @Test
  void theConsumerIsDownWithoutAConnection() {
    put("consumer-metrics", "connection-count", 0);
    put("consumer-coordinator-metrics", "last-heartbeat-seconds-ago", 1);

    assertThat(link.up()).isFalse();
    assertThat(link.why()).isEqualTo("no connection to a broker");
  }

  @Test
  void theConsumerIsDownBeforeItHasJoinedTheGroup() {
    put("consumer-metrics", "connection-count", 2);
    put("consumer-coordinator-metrics", "last-heartbeat-seconds-ago", -1);
    put("consumer-coordinator-metrics", "last-rebalance-seconds-ago", -1);

    assertThat(link.up()).isFalse();
    assertThat(link.why()).isEqualTo("not in the group yet");
  }

  @Test
  void theConsumerIsUpAfterJoiningAndBeforeItsFirstHeartbeat() {
    put("consumer-metrics", "connection-count", 2);
    put("consumer-coordinator-metrics", "last-heartbeat-seconds-ago", -1);
    put("consumer-coordinator-metrics", "last-rebalance-seconds-ago", 0);

    assertThat(link.up()).isTrue();
  }

  @Test
  void theConsumerIsDownWithoutHeartbeats() {
    put("consumer-metrics", "connection-count", 2);
    put("consumer-coordinator-metrics", "last-heartbeat-seconds-ago", 16);
    put("consumer-coordinator-metrics", "last-rebalance-seconds-ago", 3);

    assertThat(link.up()).isFalse();
    assertThat(link.why()).isEqualTo("last heartbeat 16 s ago");
  }

  @Test
  void theConsumerIsUpAfterAHeartbeatEvenIfItJoinedLongAgo() {
    put("consumer-metrics", "connection-count", 1);
    put("consumer-coordinator-metrics", "last-heartbeat-seconds-ago", 0);
    put("consumer-coordinator-metrics", "last-rebalance-seconds-ago", 3600);

    assertThat(link.up()).isTrue();
    assertThat(link.why()).isEqualTo("last heartbeat 0 s ago");
  }

  @Test
  void theConsumerIsDownFifteenSecondsAfterTheLastHeartbeat() {
    put("consumer-metrics", "connection-count", 1);
    put("consumer-coordinator-metrics", "last-heartbeat-seconds-ago", 15);

    assertThat(link.up()).isFalse();
  }

  @Test
  void theConsumerIsDownBeforeItHasMetrics() {
    assertThat(link.up()).isFalse();
    assertThat(link.why()).isEqualTo("no connection to a broker");
  }

  private void put(String group, String name, double value) {
    MetricName metricName = new MetricName(name, group, "", Map.of());
    metrics.put(
        metricName,
        new Metric() {
          @Override
          public MetricName metricName() {
            return metricName;
          }

          @Override
          public Object metricValue() {
            return value;
          }
        });
  }
}
