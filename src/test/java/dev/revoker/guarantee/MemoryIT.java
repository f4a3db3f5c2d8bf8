package dev.revoker.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Secret;
import dev.revoker.sandbox.ResultLog;
import dev.revoker.sandbox.WorkerProcess;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** CONTRACT 7: a key that was revoked before, by whichever worker, is {@code already_revoked}. */
class MemoryIT {
  private static final int KEYS = 30;

  @Test
  void aKeyThatThreeScannersReportIsRevokedOnceAndAlreadyRevokedTwice() throws Exception {
    try (Scene scene = new Scene(Map.of("max.in.flight", "8"))) {
      WorkerProcess one = scene.worker();
      WorkerProcess two = scene.worker();
      scene.awaitReady(one);
      scene.awaitReady(two);
      List<Secret> keys = scene.submitKeys("urgent", KEYS, Map.of());
      scene.submit("standard", keys, Map.of());
      scene.submit("urgent", keys, Map.of());
      scene.awaitExactlyOneResultEach();

      assertEachRevokedOnceAndElseAlreadyRevoked(scene, 3);
      assertThat(one.stop() + two.stop()).isZero();

      // Now the results were committed before the worker started.
      WorkerProcess three = scene.worker();
      scene.submit("standard", keys, Map.of());
      scene.awaitExactlyOneResultEach();
      assertEachRevokedOnceAndElseAlreadyRevoked(scene, 4);
      assertThat(scene.metrics(three, "revoker_remembered_keys")).containsExactly((double) KEYS);

      // The index still knows where the results were; they do not exist any more.
      purge(scene.results(), scene.stack().broker().bootstrapServers());
      scene.submit("standard", keys.subList(0, 3), Map.of());
      scene.awaitExactlyOneResultEach();
      assertThat(scene.outcomes())
          .isEqualTo(Map.of("revoked", (long) KEYS, "already_revoked", 3L * KEYS, "not_found", 3L));
      assertThat(three.log()).content().containsOnlyOnce("a result was deleted from the results");
      assertThat(three.stop()).isZero();
    }
  }

  private static void assertEachRevokedOnceAndElseAlreadyRevoked(Scene scene, int reports) {
    Map<String, List<ResultLog.Entry>> byKey =
        scene.results.all().stream()
            .collect(Collectors.groupingBy(one -> one.value().get("key_fingerprint").asString()));
    assertThat(byKey).hasSize(KEYS);
    assertThat(byKey.values())
        .allSatisfy(
            results -> {
              assertThat(results).hasSize(reports);
              JsonNode revoked =
                  results.stream()
                      .filter(one -> one.outcome().equals("revoked"))
                      .map(ResultLog.Entry::value)
                      .collect(Collectors.collectingAndThen(Collectors.toList(), List::getFirst));
              assertThat(results)
                  .filteredOn(one -> one.value() != revoked)
                  .allSatisfy(
                      one -> {
                        assertThat(one.outcome()).isEqualTo("already_revoked");
                        JsonNode by = one.value().get("revoked_by");
                        assertThat(by.get("request_id")).isEqualTo(revoked.get("request_id"));
                        assertThat(by.get("completed_at")).isEqualTo(revoked.get("completed_at"));
                      });
            });
  }

  private static void purge(String topic, String brokers) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers))) {
      List<TopicPartition> partitions =
          List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1));
      var ends =
          admin
              .listOffsets(
                  partitions.stream().collect(Collectors.toMap(p -> p, p -> OffsetSpec.latest())))
              .all()
              .get();
      admin
          .deleteRecords(
              partitions.stream()
                  .collect(
                      Collectors.toMap(
                          p -> p, p -> RecordsToDelete.beforeOffset(ends.get(p).offset()))))
          .all()
          .get();
    }
  }
}
