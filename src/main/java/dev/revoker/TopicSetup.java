package dev.revoker;

import dev.revoker.config.Config;
import dev.revoker.config.KafkaConfig;
import dev.revoker.engine.FatalWorkerException;
import dev.revoker.engine.WakeupSignal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes sure that the topics exist before the worker starts to read. */
public final class TopicSetup {
  private static final Logger LOG = LoggerFactory.getLogger(TopicSetup.class);
  private static final int TIMEOUT_MS = 5000;
  private static final int ID_TIMEOUT_MS = 1000;
  private static final long RETRY_MS = Duration.ofMillis(500).toMillis();

  /**
   * With this setting the broker rejects a batch whose uncompressed size exceeds {@code
   * max.message.bytes}. Without it, 80 KB on the wire can become 80 MB in the worker's heap.
   */
  private static final Map<String, String> REQUEST_TOPIC_CONFIG =
      Map.of(TopicConfig.COMPRESSION_TYPE_CONFIG, "uncompressed");

  private TopicSetup() {}

  /** The topics that a worker with this configuration uses. */
  record Topics(List<String> requests, String results) {
    static Topics of(Config config) {
      return new Topics(
          config.lanes().stream().map(Config.Lane::topic).toList(), config.resultsTopic());
    }

    List<String> all() {
      List<String> all = new ArrayList<>(requests);
      all.add(results);
      return List.copyOf(all);
    }
  }

  /**
   * The topics that do not exist.
   *
   * @throws RetriableException if the brokers cannot be reached now
   * @throws FatalWorkerException if the brokers refuse the request
   */
  static List<String> missing(Admin admin, Topics topics) {
    var described =
        admin.describeTopics(topics.all(), new DescribeTopicsOptions().timeoutMs(TIMEOUT_MS));
    List<String> missing = new ArrayList<>();
    described
        .topicNameValues()
        .forEach(
            (topic, description) -> {
              if (await(description, topic, UnknownTopicOrPartitionException.class).isEmpty()) {
                missing.add(topic);
              }
            });
    return missing.stream().sorted().toList();
  }

  /**
   * The ids of these topics. Waits for about a second at most.
   *
   * @throws RetriableException if the brokers cannot be reached now, or a topic does not exist
   * @throws FatalWorkerException if the brokers refuse the request
   */
  public static Map<String, Uuid> ids(Admin admin, Set<String> topics) {
    var described =
        admin.describeTopics(topics, new DescribeTopicsOptions().timeoutMs(ID_TIMEOUT_MS));
    Map<String, Uuid> ids = new HashMap<>();
    described
        .topicNameValues()
        .forEach(
            (topic, description) ->
                ids.put(
                    topic,
                    await(description, topic, UnknownTopicOrPartitionException.class)
                        .orElseThrow(() -> new UnknownTopicOrPartitionException(topic))
                        .topicId()));
    return ids;
  }

  /**
   * Waits until the brokers answer, without a time limit. Then creates the missing topics, or fails
   * if {@code create} is false.
   *
   * @param kafka names the brokers in the log
   * @param create whether to create missing topics, with the broker's default partitions
   * @param goOn asked before each attempt; false ends the wait
   * @return whether the topics exist; false if the wait was ended
   * @throws FatalWorkerException if a topic is missing and may not be created, or the brokers
   *     refuse
   */
  static boolean ensure(
      Admin admin,
      KafkaConfig kafka,
      Topics topics,
      boolean create,
      WakeupSignal wakeupSignal,
      BooleanSupplier goOn) {
    boolean logged = false;
    while (goOn.getAsBoolean()) {
      try {
        List<String> missing = missing(admin, topics);
        if (missing.isEmpty()) {
          return true;
        }
        if (!create) {
          throw new FatalWorkerException(
              "missing topics: "
                  + String.join(", ", missing)
                  + ". Create them, or set create.topics=true",
              null);
        }
        missing.forEach(topic -> create(admin, topic, topics.requests().contains(topic)));
      } catch (RetriableException away) {
        if (!logged) {
          logged = true;
          LOG.atWarn()
              .addKeyValue("brokers", kafka.addresses())
              .addKeyValue("cause", KafkaFailure.describe(away, kafka))
              .log("the brokers at bootstrap.servers do not answer; retrying");
        }
      }
      wakeupSignal.await(RETRY_MS);
    }
    return false;
  }

  private static void create(Admin admin, String topic, boolean requests) {
    NewTopic created =
        new NewTopic(topic, Optional.empty(), Optional.empty())
            .configs(requests ? REQUEST_TOPIC_CONFIG : Map.of());
    await(admin.createTopics(List.of(created)).all(), topic, TopicExistsException.class);
    LOG.atInfo().addKeyValue("topic", topic).log("topic created");
  }

  private static FatalWorkerException refused(String topic, Throwable failure) {
    String why =
        switch (failure) {
          case SslAuthenticationException tls ->
              String.format(
                  Locale.ROOT,
                  "the TLS handshake with the brokers failed: %s (see ssl.truststore.* and"
                      + " ssl.keystore.*)",
                  root(tls));
          case SaslAuthenticationException login ->
              String.format(
                  Locale.ROOT,
                  "the brokers refuse the login: %s (see sasl.mechanism and sasl.jaas.config)",
                  login.getMessage());
          case InvalidConfigurationException refused ->
              "the broker refuses access to " + topic + ": " + refused.getMessage();
          default -> "topic " + topic + ": " + failure;
        };
    return new FatalWorkerException(why, failure);
  }

  /** The message of the last cause, which says what is wrong with the certificate. */
  private static @Nullable String root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage();
  }

  private static <T> Optional<T> await(
      KafkaFuture<T> future, String topic, Class<? extends Exception> absent) {
    try {
      return Optional.ofNullable(future.get(2L * TIMEOUT_MS, TimeUnit.MILLISECONDS));
    } catch (ExecutionException failed) {
      Throwable cause = Objects.requireNonNullElse(failed.getCause(), failed);
      if (absent.isInstance(cause)) {
        return Optional.empty();
      }
      if (cause instanceof RetriableException passing) {
        throw passing;
      }
      throw refused(topic, cause);
    } catch (java.util.concurrent.TimeoutException late) {
      throw new org.apache.kafka.common.errors.TimeoutException("no answer about " + topic, late);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new FatalWorkerException("interrupted while looking for " + topic, interrupted);
    }
  }
}
