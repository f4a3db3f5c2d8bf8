package dev.revoker.submit;

import dev.revoker.model.Source;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.TopicPartition;

/**
 * The requests that {@code redrive} sends, and those that an earlier run sent, as rows of a {@link
 * BatchProgress}. A row counts as sent only once the brokers have acknowledged it. Safe on any
 * thread.
 */
final class RedriveRows {
  private final Map<FailedRequest, Integer> rows = new HashMap<>();
  private final BatchProgress progress;

  /** Counts the requests that an earlier run sent as sent. */
  RedriveRows(FailedRequests failed, SentRecords sent) {
    List<FailedRequest> inFlight =
        failed
            .in(FailedRequest.State.IN_FLIGHT)
            // SentRecords expects the records of a partition in their order.
            .sorted(Comparator.comparingLong(request -> inFlight(request).offset()))
            .toList();
    inFlight.forEach(request -> rows.put(request, rows.size() + 1));
    failed.in(FailedRequest.State.DUE).forEach(request -> rows.put(request, rows.size() + 1));
    progress = new BatchProgress(rows.size());
    for (FailedRequest request : inFlight) {
      Source at = inFlight(request);
      progress.sent(rowOf(request));
      sent.found(new TopicPartition(at.topic(), at.partition()), at.offset(), rowOf(request));
    }
  }

  BatchProgress progress() {
    return progress;
  }

  int size() {
    return rows.size();
  }

  /** From 1; 0 where the request is neither due nor in flight. */
  int rowOf(FailedRequest request) {
    return rows.getOrDefault(request, 0);
  }

  /** How many are not acknowledged by the brokers, although their keys may be live. */
  long unsent() {
    return rows.entrySet().stream()
        .filter(row -> !isSent(row.getValue()) && !isRevokedSince(row.getKey()))
        .count();
  }

  /** Whether each was sent and has succeeded, or was not sent because its key is revoked. */
  boolean allSucceeded() {
    return rows.entrySet().stream()
        .allMatch(
            row ->
                isSent(row.getValue())
                    ? progress.succeeded(row.getValue())
                    : isRevokedSince(row.getKey()));
  }

  private boolean isSent(int row) {
    return progress.isInFlight(row) || progress.outcome(row) != null;
  }

  private static boolean isRevokedSince(FailedRequest request) {
    return request.state() == FailedRequest.State.REVOKED_SINCE;
  }

  private static Source inFlight(FailedRequest request) {
    return Objects.requireNonNull(request.inFlight());
  }
}
