package dev.revoker.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Result.RevokedBy;
import dev.revoker.time.ManualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.junit.jupiter.api.Test;

/** Follower, index, look-up and answer together, on a topic in memory, step by step. */
class ResultsTopicTest {
  private static final Duration DAYS_30 = Duration.ofDays(30);

  private final ManualTime time = new ManualTime();
  private final Instant start = time.now();
  private final FakeTopic topic = new FakeTopic(2);
  private final ResultLookup lookup = new ResultLookup(FakeTopic.NAME, time);
  private final ResultMemory memory =
      new ResultMemory(new RevokedKeyIndex(10_000), lookup, word -> {}, time);
  private final ResultFollower follower =
      new ResultFollower(topic::ends, FakeTopic.NAME, DAYS_30, memory, time);
  private final Consumer<byte[], byte[]> following = topic.consumer();
  private final Consumer<byte[], byte[]> reading = topic.consumer();
  private final List<Optional<RevokedBy>> answers = new ArrayList<>();

  @Test
  void aKeyThatWasRevokedBeforeTheStartIsFound() throws Exception {
    append(1, daysAgo(29), "first", "revoked", 1);
    follower.turn(following);

    find(1);

    assertThat(answers).containsExactly(Optional.of(new RevokedBy("first", daysAgo(29))));
  }

  @Test
  void aResultOlderThanTheDaysToRememberIsNot() throws Exception {
    append(0, daysAgo(31), "old", "revoked", 1);
    append(0, daysAgo(1), "young", "revoked", 2);
    follower.turn(following);

    find(1);

    assertThat(answers).containsExactly(Optional.empty());
  }

  @Test
  void aResultThatIsCommittedAfterTheStartIsFound() throws Exception {
    append(0, daysAgo(31), "old", "revoked", 1);
    follower.turn(following);
    append(0, start, "new", "revoked", 1);
    follower.turn(following);

    find(1);

    assertThat(answers).containsExactly(Optional.of(new RevokedBy("new", start)));
  }

  @Test
  void recordsThatAreNoResultsAreIgnored() throws Exception {
    for (String garbage :
        new String[] {
          null,
          "",
          "{",
          "[]",
          "1",
          "null",
          "{\"a\":" + "[".repeat(100_000),
          "{\"outcome\":\"revoked\"}",
          json("a", "revoked", "sha256:nothex", start),
          json("a", "revoked", "sha256:" + "0".repeat(63), start),
          json("a", "revoked", "md5:" + "0".repeat(64), start),
          json("", "revoked", fingerprint(1), start),
          json("a\\u0000", "revoked", fingerprint(1), start),
          json("a", "revoked", fingerprint(1), start) + "x",
          json("a", "revoked", fingerprint(1), start).replace("Z\"", "\""),
        }) {
      topic.append(0, start.toEpochMilli(), garbage);
    }
    append(0, start, "good", "revoked", 2);
    follower.turn(following);

    find(1);
    find(2);

    assertThat(memory.keys()).isEqualTo(1);
    assertThat(answers)
        .containsExactly(Optional.empty(), Optional.of(new RevokedBy("good", start)));
  }

  @Test
  void onlyRevokedResultsAreRemembered() throws Exception {
    for (String outcome : List.of("already_revoked", "not_found", "refused", "REVOKED")) {
      append(0, start, "other", outcome, 1);
    }
    follower.turn(following);

    find(1);

    assertThat(answers).containsExactly(Optional.empty());
    assertThat(memory.keys()).isZero();
  }

  @Test
  void aCompactedRecordIsNoAnswer() throws Exception {
    append(0, start, "one", "revoked", 1);
    append(0, start, "two", "revoked", 2);
    follower.turn(following);
    topic.remove(0, 0);

    find(1);
    find(2);

    assertThat(answers).containsExactly(Optional.empty(), Optional.of(new RevokedBy("two", start)));
  }

  @Test
  void aCompactedRecordAtTheEndOfTheTopicIsNoAnswer() throws Exception {
    append(0, start, "one", "revoked", 1);
    follower.turn(following);
    topic.remove(0, 0);

    find(1);

    assertThat(answers).containsExactly(Optional.empty());
  }

  @Test
  void aPurgedRecordIsNoAnswer() throws Exception {
    append(0, start, "one", "revoked", 1);
    append(0, start, "two", "revoked", 2);
    follower.turn(following);
    topic.purge(0, 1);

    find(1);
    find(2);

    assertThat(answers).containsExactly(Optional.empty(), Optional.of(new RevokedBy("two", start)));
  }

  @Test
  void aPurgeAheadOfTheFollowerCostsOnlyThePurgedResults() throws Exception {
    follower.turn(following);
    append(0, start, "one", "revoked", 1);
    append(0, start, "two", "revoked", 2);
    topic.purge(0, 1);
    follower.turn(following);
    follower.turn(following);

    find(2);

    assertThat(answers).containsExactly(Optional.of(new RevokedBy("two", start)));
  }

  @Test
  void theResultsOfANewPartitionAreRead() throws Exception {
    follower.turn(following);
    topic.addPartition();
    append(2, start, "one", "revoked", 1);
    time.advanceMs(10_000);
    follower.turn(following);

    find(1);

    assertThat(answers).hasSize(1).doesNotContain(Optional.empty());
  }

  @Test
  void questionsWaitUntilTheEndAsOfTheStartIsRead() throws Exception {
    for (int i = 0; i < 1200; i++) {
      append(0, start, "some", "revoked", i);
    }
    memory.find(fingerprint(5000), answer -> answers.add(Optional.ofNullable(answer)));
    follower.turn(following);
    follower.turn(following);
    time.advanceMs(2 * ResultMemory.GRACE_MS);
    assertThat(answers).as("200 results are not read yet").isEmpty();
    follower.turn(following);
    time.advanceMs(ResultMemory.GRACE_MS);

    assertThat(answers).containsExactly(Optional.empty());
  }

  @Test
  void neighboursAreReadWithOneFetch() throws Exception {
    for (int i = 0; i < 400; i++) {
      append(0, start, "some", "revoked", i);
    }
    follower.turn(following);
    int polls = topic.polls;
    for (int i = 0; i < 400; i++) {
      memory.find(fingerprint(i), answer -> answers.add(Optional.ofNullable(answer)));
    }
    lookup.turn(reading);

    assertThat(answers).hasSize(400).doesNotContain(Optional.empty());
    assertThat(topic.polls - polls).isEqualTo(1);
  }

  /** Asks, reads for the question, and lets its wait end. */
  private void find(int key) throws InterruptedException {
    int before = answers.size();
    memory.find(fingerprint(key), answer -> answers.add(Optional.ofNullable(answer)));
    for (int turn = 0; turn < 10 && !lookup.isIdle(); turn++) {
      lookup.turn(reading);
    }
    time.advanceMs(ResultMemory.GRACE_MS);
    assertThat(answers).hasSize(before + 1);
  }

  private void append(int partition, Instant at, String id, String outcome, int key) {
    topic.append(partition, at.toEpochMilli(), json(id, outcome, fingerprint(key), at));
  }

  private static String json(String id, String outcome, String fingerprint, Instant at) {
    return "{\"request_id\":\"%s\",\"outcome\":\"%s\",\"labels\":{\"outcome\":\"x\"},"
            .formatted(id, outcome)
        + "\"key_fingerprint\":\"%s\",\"completed_at\":\"%s\"}".formatted(fingerprint, at);
  }

  private Instant daysAgo(int days) {
    return start.minus(Duration.ofDays(days));
  }

  private static String fingerprint(int key) {
    return "sha256:" + String.format(Locale.ROOT, "%016x", key).repeat(4);
  }
}
