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
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.jspecify.annotations.Nullable;

/**
 * Finds topic settings under which a guarantee does not hold. Never fails: a topic that cannot be
 * described, or whose settings this principal may not read, is reported as not checked.
 */
final class TopicWarnings {
  private static final int TIMEOUT_MS = 5000;
  private static final int SAFE_IN_SYNC_REPLICAS = 2;

  /**
   * The findings: one text for each kind of finding, which lists the topics concerned.
   *
   * @param warnings settings under which a guarantee does not hold
   * @param unchecked which settings could not be read, and why
   */
  record Found(List<String> warnings, List<String> unchecked) {
    Found {
      warnings = List.copyOf(warnings);
      unchecked = List.copyOf(unchecked);
    }

    Found and(Found more) {
      List<String> allWarnings = new ArrayList<>(warnings);
      allWarnings.addAll(more.warnings);
      List<String> allUnchecked = new ArrayList<>(unchecked);
      allUnchecked.addAll(more.unchecked);
      return new Found(allWarnings, allUnchecked);
    }
  }

  /**
   * What the brokers say about one topic.
   *
   * @param replicas of the partition that has fewest
   * @param settings null where they may not be read
   */
  record Topic(String name, boolean requests, int replicas, @Nullable Config settings) {
    private @Nullable String setting(String key) {
      ConfigEntry entry = settings == null ? null : settings.get(key);
      return entry == null ? null : entry.value();
    }

    boolean mayHoldCompressedRecords() {
      String compression = setting(TopicConfig.COMPRESSION_TYPE_CONFIG);
      return requests && compression != null && !compression.equals("uncompressed");
    }

    boolean hasOneReplica() {
      return replicas == 1;
    }

    boolean acknowledgesWithOneReplica() {
      String least = setting(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG);
      return replicas > 1
          && least != null
          && least.matches("[0-9]{1,9}")
          && Integer.parseInt(least) < SAFE_IN_SYNC_REPLICAS;
    }
  }

  private TopicWarnings() {}

  /** Asks the brokers about the topics in {@code existing}. */
  static Found find(Admin admin, TopicSetup.Topics topics, List<String> existing) {
    Set<String> reasons = new LinkedHashSet<>();
    Map<String, TopicDescription> descriptions = new HashMap<>();
    Map<String, Config> settings = new HashMap<>();
    List<ConfigResource> resources =
        existing.stream()
            .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
            .toList();
    try {
      admin
          .describeTopics(existing, new DescribeTopicsOptions().timeoutMs(TIMEOUT_MS))
          .topicNameValues()
          .forEach(
              (topic, future) -> await(future, reasons).ifPresent(d -> descriptions.put(topic, d)));
      admin
          .describeConfigs(resources, new DescribeConfigsOptions().timeoutMs(TIMEOUT_MS))
          .values()
          .forEach(
              (topic, future) ->
                  await(future, reasons).ifPresent(c -> settings.put(topic.name(), c)));
    } catch (KafkaException refused) {
      reasons.add(reason(refused));
    }
    List<Topic> read = new ArrayList<>();
    Set<String> unread = new LinkedHashSet<>();
    for (String name : existing) {
      TopicDescription description = descriptions.get(name);
      if (description != null) {
        int replicas =
            description.partitions().stream().mapToInt(p -> p.replicas().size()).min().orElse(0);
        read.add(new Topic(name, topics.requests().contains(name), replicas, settings.get(name)));
      }
      if (description == null || !settings.containsKey(name)) {
        unread.add(name);
      }
    }
    return new Found(warnings(read), unchecked(unread, reasons));
  }

  /** At most one warning for each kind of finding. */
  static List<String> warnings(List<Topic> topics) {
    List<String> warnings = new ArrayList<>();
    List<String> compressed = names(topics, Topic::mayHoldCompressedRecords);
    if (!compressed.isEmpty()) {
      warnings.add(
          String.format(
                  Locale.ROOT,
                  "request topics without compression.type=uncompressed: %s. A compressed record of"
                      + " some KB",
                  list(compressed))
              + " can fill the heap of every worker that reads it, at every start. Set it with"
              + " kafka-configs.sh --alter --topic NAME --add-config"
              + " compression.type=uncompressed");
    }
    List<String> single = names(topics, Topic::hasOneReplica);
    if (!single.isEmpty()) {
      warnings.add(
          String.format(
                  Locale.ROOT,
                  "topics with one replica: %s. If their broker crashes, results and progress can"
                      + " be lost.",
                  list(single))
              + " That is fine for trying Revoker out; real keys need 3 replicas and"
              + " min.insync.replicas=2");
    }
    List<String> loose = names(topics, Topic::acknowledgesWithOneReplica);
    if (!loose.isEmpty()) {
      warnings.add(
          String.format(
                  Locale.ROOT,
                  "topics with min.insync.replicas below 2: %s. If a broker crashes, results and"
                      + " progress",
                  list(loose))
              + " can be lost. Set it with kafka-configs.sh --alter --topic NAME --add-config"
              + " min.insync.replicas=2");
    }
    return warnings;
  }

  private static List<String> unchecked(Set<String> topics, Set<String> reasons) {
    return topics.isEmpty()
        ? List.of()
        : List.of(
            String.format(
                    Locale.ROOT,
                    "the settings of %s could not be checked (%s). Request topics need",
                    list(topics),
                    String.join("; ", reasons))
                + " compression.type=uncompressed, and all topics min.insync.replicas=2; with the"
                + " right DescribeConfigs on them the worker can check it");
  }

  private static List<String> names(List<Topic> topics, Predicate<Topic> concerned) {
    return topics.stream().filter(concerned).map(Topic::name).toList();
  }

  private static String list(Iterable<String> names) {
    return String.join(", ", names);
  }

  private static <T> Optional<T> await(KafkaFuture<T> future, Set<String> reasons) {
    try {
      return Optional.of(future.get(2L * TIMEOUT_MS, TimeUnit.MILLISECONDS));
    } catch (ExecutionException failed) {
      reasons.add(reason(failed.getCause() == null ? failed : failed.getCause()));
    } catch (TimeoutException late) {
      reasons.add("no answer");
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      reasons.add("interrupted");
    }
    return Optional.empty();
  }

  private static String reason(Throwable failure) {
    return failure.getClass().getSimpleName();
  }
}
