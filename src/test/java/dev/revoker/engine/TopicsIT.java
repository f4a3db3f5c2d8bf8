package dev.revoker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.revoker.sandbox.Broker;
import dev.revoker.sandbox.SharedBroker;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.RetriableException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class TopicsIT {
  private static Broker broker;

  private final Bell bell = Bell.ofThreads();

  @BeforeAll
  static void start() {
    broker = SharedBroker.get();
    broker.createTopic("there", 1, Map.of());
  }

  @Test
  void missingTopicsAreNamedWithWhatToDo() {
    try (Admin admin = admin(broker.bootstrapServers())) {
      assertThat(Topics.missing(admin, List.of("there", "b", "a"))).containsExactly("a", "b");
      assertThatThrownBy(() -> ensure(admin, List.of("there", "b", "a"), false))
          .isInstanceOf(LoopFailure.class)
          .hasMessageContaining("a, b")
          .hasMessageContaining("create.topics=true");
    }
  }

  @Test
  void missingTopicsAreMadeWhereThatIsWanted() {
    try (Admin admin = admin(broker.bootstrapServers())) {
      assertThat(ensure(admin, List.of("there", "made-1", "made-2"), true)).isTrue();
      assertThat(Topics.missing(admin, List.of("made-1", "made-2"))).isEmpty();
    }
  }

  @Test
  void brokersThatAreAwayAreWaitedFor() {
    AtomicInteger asked = new AtomicInteger();
    try (Admin admin = admin("127.0.0.1:1")) {
      assertThatThrownBy(() -> Topics.missing(admin, List.of("there")))
          .isInstanceOf(RetriableException.class);
      assertThat(
              Topics.ensure(admin, List.of("there"), true, bell, () -> asked.incrementAndGet() < 2))
          .isFalse();
    }
  }

  private boolean ensure(Admin admin, List<String> topics, boolean create) {
    return Topics.ensure(admin, topics, create, bell, () -> true);
  }

  private static Admin admin(String servers) {
    return Admin.create(Map.of("bootstrap.servers", servers));
  }
}
