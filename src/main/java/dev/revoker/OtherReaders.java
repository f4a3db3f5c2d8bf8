package dev.revoker;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.common.KafkaException;

/** Finds other groups that read the request topics: a purge deletes what they have not read yet. */
final class OtherReaders {
  private static final int TIMEOUT_MS = 5_000;

  private OtherReaders() {}

  /** Asks the brokers for the groups that have committed offsets of these topics. */
  static TopicWarnings.Found find(Admin admin, String ownGroup, List<String> topics) {
    try {
      Map<String, ListConsumerGroupOffsetsSpec> others =
          admin
              .listGroups(ListGroupsOptions.forConsumerGroups().timeoutMs(TIMEOUT_MS))
              .all()
              .get()
              .stream()
              .map(GroupListing::groupId)
              .filter(group -> !group.equals(ownGroup))
              .collect(
                  Collectors.toMap(group -> group, group -> new ListConsumerGroupOffsetsSpec()));
      Set<String> readers = new TreeSet<>();
      if (!others.isEmpty()) {
        admin
            .listConsumerGroupOffsets(
                others, new ListConsumerGroupOffsetsOptions().timeoutMs(TIMEOUT_MS))
            .all()
            .get()
            .forEach(
                (group, offsets) -> {
                  if (offsets.keySet().stream().anyMatch(one -> topics.contains(one.topic()))) {
                    readers.add(group);
                  }
                });
      }
      return new TopicWarnings.Found(
          readers.isEmpty()
              ? List.of()
              : List.of(
                  "other groups read the request topics, and purge.answered.after.ms deletes"
                      + " records that they may not have read: "
                      + String.join(", ", readers)),
          List.of());
    } catch (ExecutionException | KafkaException failed) {
      return new TopicWarnings.Found(
          List.of(),
          List.of("whether other groups read the request topics: " + failed.getMessage()));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return new TopicWarnings.Found(List.of(), List.of());
    }
  }
}
