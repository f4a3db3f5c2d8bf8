package dev.revoker.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.revoker.model.Result.RevokedBy;
import dev.revoker.time.SystemTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The memory's threads: whatever fails there turns memory off and goes no further. */
class MemoryThreadsTest {
  private static final String KEY = "sha256:" + "ab".repeat(32);

  private final FakeTopic topic = new FakeTopic(1);

  @Test
  void aResultThatFollowsTheQuestionAnswersIt() throws Exception {
    try (SystemTime time = new SystemTime();
        MemoryThreads threads = start((purpose, maxWaitMs) -> topic.consumer(), time)) {
      CompletableFuture<Optional<RevokedBy>> answer = ask(threads);
      topic.append(
          0,
          System.currentTimeMillis(),
          "{\"request_id\":\"r\",\"outcome\":\"revoked\",\"key_fingerprint\":\""
              + KEY
              + "\",\"completed_at\":\"2026-01-01T00:00:00Z\"}");

      assertThat(answer.get(10, TimeUnit.SECONDS))
          .contains(new RevokedBy("r", Instant.parse("2026-01-01T00:00:00Z")));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"denied", "bug", "no client"})
  void aFailureTurnsMemoryOffAndQuestionsAreAnsweredAtOnce(String kind) throws Exception {
    try (SystemTime time = new SystemTime();
        MemoryThreads threads = start((purpose, maxWaitMs) -> failing(kind), time)) {
      assertThat(ask(threads).get(2, TimeUnit.SECONDS)).isEmpty();
      assertThat(ask(threads).get(2, TimeUnit.SECONDS)).isEmpty();
      awaitEndOfThreads();
    }
  }

  @Test
  void aStopAnswersWhatIsLeftAndEndsTheThreads() throws Exception {
    CompletableFuture<Optional<RevokedBy>> answer;
    try (SystemTime time = new SystemTime();
        MemoryThreads threads = start((purpose, maxWaitMs) -> topic.consumer(), time)) {
      answer = ask(threads);
    }

    assertThat(answer.get(0, TimeUnit.SECONDS)).isEmpty();
    awaitEndOfThreads();
  }

  private static void awaitEndOfThreads() {
    await()
        .atMost(Duration.ofSeconds(5))
        .until(
            () ->
                Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().startsWith("revoker-memory")));
  }

  private static CompletableFuture<Optional<RevokedBy>> ask(MemoryThreads threads) {
    CompletableFuture<Optional<RevokedBy>> answer = new CompletableFuture<>();
    threads.memory().find(KEY, earlier -> answer.complete(Optional.ofNullable(earlier)));
    return answer;
  }

  private MemoryThreads start(MemoryThreads.Consumers newConsumer, SystemTime time) {
    return MemoryThreads.start(
        new MemoryThreads.Settings(FakeTopic.NAME, Duration.ofDays(30), 100),
        newConsumer,
        topic::ends,
        word -> {},
        time);
  }

  private static Consumer<byte[], byte[]> failing(String kind) {
    if (kind.equals("no client")) {
      throw new KafkaException("the client cannot be created");
    }
    return new MockConsumer<>("none") {
      @Override
      public synchronized List<PartitionInfo> partitionsFor(String name) {
        throw kind.equals("denied")
            ? new TopicAuthorizationException(Set.of(name))
            : new IllegalStateException("a bug");
      }
    };
  }
}
