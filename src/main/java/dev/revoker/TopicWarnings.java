package dev.revoker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.jspecify.annotations.Nullable;

/**
 * Finds topic settings under which a guarantee does not hold, and readers whom a purge would harm.
 * Never fails: what the brokers do not say is reported as not checked.
 */
final class TopicWarnings {
  private static final int TIMEOUT_MS = 5000;
  private static final int SAFE_IN_SYNC_REPLICAS = 2;

  /** A result may repeat most of a request of 64 KiB. */
  private static final int LONGEST_RESULT_BYTES = 128 << 10;

  /**
   * The findings: one text for each kind of finding, which lists the topics concerned.
   *
   * @param warnings settings under which a guarantee does not hold
   * @param unchecked what could not be read, and why
   */
  record Found(List<String> warnings, List<String> unchecked) {}

  private final Admin admin;
  private final Found found = new Found(new ArrayList<>(), new ArrayList<>());

  /** Why the brokers did not answer. */
  private final Set<String> reasons = new LinkedHashSet<>();

  private TopicWarnings(Admin admin) {
    this.admin = admin;
  }

  /**
   * Asks the brokers.
   *
   * @param existing those of the topics that exist
   * @param purgingGroup the group whose workers purge the request topics; null if none does
   */
  static Found find(
      Admin admin, TopicSetup.Topics topics, List<String> existing, @Nullable String purgingGroup) {
    TopicWarnings warnings = new TopicWarnings(admin);
    warnings.checkSettings(topics, existing);
    if (purgingGroup != null) {
      warnings.checkReaders(purgingGroup, topics.requests());
    }
    return warnings.found;
  }

  private void checkSettings(TopicSetup.Topics topics, List<String> existing) {
    Map<String, TopicDescription> descriptions = new HashMap<>();
    Map<String, Config> settings = new HashMap<>();
    try {
      admin
          .describeTopics(existing, new DescribeTopicsOptions().timeoutMs(TIMEOUT_MS))
          .topicNameValues()
          .forEach((topic, future) -> await(future).ifPresent(d -> descriptions.put(topic, d)));
      admin
          .describeConfigs(
              existing.stream()
                  .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                  .toList(),
              new DescribeConfigsOptions().timeoutMs(TIMEOUT_MS))
          .values()
          .forEach((topic, future) -> await(future).ifPresent(c -> settings.put(topic.name(), c)));
    } catch (KafkaException refused) {
      reasons.add(refused.getClass().getSimpleName());
    }
    List<String> compressed = new ArrayList<>();
    List<String> single = new ArrayList<>();
    List<String> loose = new ArrayList<>();
    List<String> narrow = new ArrayList<>();
    List<String> unread = new ArrayList<>();
    for (String topic : existing) {
      TopicDescription description = descriptions.get(topic);
      Config config = settings.get(topic);
      if (description == null || config == null) {
        unread.add(topic);
      }
      int replicas =
          description == null
              ? 0
              : description.partitions().stream()
                  .mapToInt(p -> p.replicas().size())
                  .min()
                  .orElse(0);
      if (replicas == 1) {
        single.add(topic);
      }
      if (topics.requests().contains(topic)
          && !setting(config, TopicConfig.COMPRESSION_TYPE_CONFIG, "uncompressed")
              .equals("uncompressed")) {
        compressed.add(topic);
      }
      if (replicas > 1
          && Integer.parseInt(setting(config, TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, "2"))
              < SAFE_IN_SYNC_REPLICAS) {
        loose.add(topic);
      }
      if (topic.equals(topics.results())
          && Integer.parseInt(setting(config, TopicConfig.MAX_MESSAGE_BYTES_CONFIG, "1048588"))
              < LONGEST_RESULT_BYTES) {
        narrow.add(topic);
      }
    }
    warn(
        compressed,
        "request topics without compression.type=uncompressed: %s. A compressed record of some KB"
            + " can fill the heap of every worker that reads it, at every start. Set it with"
            + " kafka-configs.sh --alter --topic NAME --add-config compression.type=uncompressed");
    warn(
        single,
        "topics with one replica: %s. If their broker crashes, results and progress can be lost."
            + " That is fine for trying Revoker out; real keys need 3 replicas and"
            + " min.insync.replicas=2");
    warn(
        loose,
        "topics with min.insync.replicas below 2: %s. If a broker crashes, results and progress"
            + " can be lost. Set it with kafka-configs.sh --alter --topic NAME --add-config"
            + " min.insync.replicas=2");
    warn(
        narrow,
        "results topic with max.message.bytes below "
            + LONGEST_RESULT_BYTES
            + ": %s. Long results are sent without labels and reason, and a result that is too"
            + " large all the same ends the worker. Remove this setting of the topic");
    if (!unread.isEmpty()) {
      found.unchecked.add(
          String.format(
              Locale.ROOT,
              "the settings of %s could not be checked (%s). Request topics need"
                  + " compression.type=uncompressed, and all topics min.insync.replicas=2; with the"
                  + " right DescribeConfigs on them the worker can check it",
              String.join(", ", unread),
              String.join("; ", reasons)));
    }
  }

  /** A purge deletes what other groups have not read yet. */
  private void checkReaders(String purgingGroup, List<String> requests) {
    reasons.clear();
    List<String> readers = new ArrayList<>();
    Optional<Map<String, ListConsumerGroupOffsetsSpec>> others =
        await(admin.listGroups(ListGroupsOptions.forConsumerGroups().timeoutMs(TIMEOUT_MS)).all())
            .map(
                groups ->
                    groups.stream()
                        .map(GroupListing::groupId)
                        .filter(group -> !group.equals(purgingGroup))
                        .collect(
                            Collectors.toMap(g -> g, g -> new ListConsumerGroupOffsetsSpec())));
    if (others.isPresent() && !others.get().isEmpty()) {
      ListConsumerGroupOffsetsOptions options =
          new ListConsumerGroupOffsetsOptions().timeoutMs(TIMEOUT_MS);
      await(admin.listConsumerGroupOffsets(others.get(), options).all())
          .ifPresent(
              read ->
                  read.forEach(
                      (group, offsets) -> {
                        if (offsets.keySet().stream().anyMatch(o -> requests.contains(o.topic()))) {
                          readers.add(group);
                        }
                      }));
    }
    warn(
        readers.stream().sorted().toList(),
        "other groups read the request topics, and purge.answered.after.ms deletes records that"
            + " they may not have read: %s");
    if (!reasons.isEmpty()) {
      found.unchecked.add(
          "whether other groups read the request topics: " + String.join("; ", reasons));
    }
  }

  private void warn(List<String> concerned, String format) {
    if (!concerned.isEmpty()) {
      found.warnings.add(String.format(Locale.ROOT, format, String.join(", ", concerned)));
    }
  }

  private static String setting(@Nullable Config settings, String key, String otherwise) {
    ConfigEntry entry = settings == null ? null : settings.get(key);
    return entry == null || entry.value() == null ? otherwise : entry.value();
  }

  private <T> Optional<T> await(KafkaFuture<T> future) {
    try {
      return Optional.of(future.get(2L * TIMEOUT_MS, TimeUnit.MILLISECONDS));
    } catch (ExecutionException failed) {
      Throwable cause = failed.getCause() == null ? failed : failed.getCause();
      reasons.add(cause.getClass().getSimpleName());
    } catch (TimeoutException late) {
      reasons.add("no answer");
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      reasons.add("interrupted");
    }
    return Optional.empty();
  }
}
