package dev.revoker;

import dev.revoker.cli.CheckCommand.Finding;
import dev.revoker.config.Config;
import dev.revoker.config.KafkaConfig;
import dev.revoker.engine.FatalWorkerException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;

/**
 * Tries on the brokers what a worker does: describes the topics, and makes transactions with the
 * group and with the results topic. Each transaction is aborted, so no reader of committed records
 * sees anything of it, and no worker's progress changes.
 */
final class KafkaCheckup {
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
  private static final int MEMORY_WAIT_MS = 100;

  private final Config config;
  private final KafkaConfig kafka;
  private final WorkerClients clients;
  private final java.util.function.Consumer<Finding> report;

  KafkaCheckup(Config config, java.util.function.Consumer<Finding> report) {
    this.config = config;
    this.kafka = config.kafka();
    this.clients = new WorkerClients(kafka);
    this.report = report;
  }

  void run() {
    TopicSetup.Topics topics = TopicSetup.Topics.of(config);
    try (Admin admin = clients.admin()) {
      List<String> missing = TopicSetup.missing(admin, topics);
      report.accept(new Finding("brokers", true, kafka.addresses() + " reachable"));
      for (String topic : topics.all()) {
        boolean there = !missing.contains(topic);
        report.accept(
            new Finding("topic " + topic, there || config.createTopics(), topicState(there)));
      }
      List<String> existing = topics.all().stream().filter(t -> !missing.contains(t)).toList();
      TopicWarnings.Found found =
          TopicWarnings.find(admin, topics, existing, config.purgingGroup());
      found.warnings().forEach(text -> report.accept(Finding.warning("topics", text)));
      found.unchecked().forEach(text -> report.accept(Finding.warning("topics", text)));
      if (missing.isEmpty()) {
        checkRights(topics);
      } else {
        report.accept(Finding.warning("rights", "not tried, because topics are missing"));
      }
    } catch (FatalWorkerException refused) {
      report.accept(new Finding("brokers", false, String.valueOf(refused.getMessage())));
    } catch (KafkaException failed) {
      report.accept(new Finding("brokers", false, KafkaFailure.describe(failed, kafka)));
    }
  }

  private String topicState(boolean there) {
    if (there) {
      return "exists";
    }
    return config.createTopics()
        ? "missing: the worker will create it (create.topics=true)"
        : "missing: create it, or set create.topics=true";
  }

  private void checkRights(TopicSetup.Topics topics) {
    Producer<byte[], byte[]> producer = clients.producer("check-" + UUID.randomUUID());
    // It joins no group: it only knows the group's name.
    try (Consumer<byte[], byte[]> consumer = clients.consumer()) {
      ConsumerGroupMetadata group = consumer.groupMetadata();
      if (tries("transactions", "can be made", producer::initTransactions)) {
        for (String topic : topics.requests()) {
          tries(
              "group " + kafka.groupId(),
              "offsets of " + topic + " can be committed",
              () -> commitNothing(producer, group, topic));
        }
        tries(
            "topic " + topics.results(),
            "can be written to in a transaction",
            () -> writeNothing(producer, topics.results()));
      }
    } finally {
      producer.close(CLOSE_TIMEOUT);
    }
    if (config.memory().days() > 0) {
      checkMemory(topics.results());
    }
  }

  /**
   * Without Read on the results topic the worker works, but remembers no key. An offset that cannot
   * exist makes the broker's answer an exception also if the topic is empty.
   */
  private void checkMemory(String topic) {
    String what = "topic " + topic;
    TopicPartition first = new TopicPartition(topic, 0);
    try (Consumer<byte[], byte[]> consumer = clients.memoryConsumer("check", MEMORY_WAIT_MS)) {
      consumer.assign(List.of(first));
      consumer.seek(first, Long.MAX_VALUE);
      consumer.poll(Duration.ofMillis(kafka.maxBlockMs()));
      report.accept(Finding.warning(what, "reading it got no answer in time"));
    } catch (OffsetOutOfRangeException allowed) {
      report.accept(new Finding(what, true, "can be read, for the memory of revoked keys"));
    } catch (KafkaException failed) {
      report.accept(
          Finding.warning(
              what,
              failed instanceof TopicAuthorizationException
                  ? String.format(
                      Locale.ROOT,
                      "the worker will remember no revoked key (remember.days), because it lacks"
                          + " the right Read on the topic %s",
                      topic)
                  : KafkaFailure.describe(failed, kafka)));
    }
  }

  private boolean tries(String what, String can, Runnable step) {
    try {
      step.run();
      report.accept(new Finding(what, true, can));
      return true;
    } catch (CommitFailedException running) {
      // A group with members rejects offsets of others, after it has checked the rights.
      report.accept(new Finding(what, true, can));
      return true;
    } catch (KafkaException failed) {
      report.accept(new Finding(what, false, why(failed)));
      return false;
    }
  }

  private static void commitNothing(
      Producer<byte[], byte[]> producer, ConsumerGroupMetadata group, String topic) {
    producer.beginTransaction();
    try {
      producer.sendOffsetsToTransaction(
          Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(0)), group);
    } finally {
      producer.abortTransaction();
    }
  }

  private void writeNothing(Producer<byte[], byte[]> producer, String topic) {
    producer.beginTransaction();
    try {
      byte[] key = "revoker-check".getBytes(StandardCharsets.US_ASCII);
      Future<RecordMetadata> sent = producer.send(new ProducerRecord<>(topic, key, null));
      producer.flush();
      sent.get(kafka.maxBlockMs(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof KafkaException cause ? cause : new KafkaException(failed);
    } catch (java.util.concurrent.TimeoutException late) {
      throw new KafkaException("no answer", late);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted", interrupted);
    } finally {
      producer.abortTransaction();
    }
  }

  private String why(KafkaException failed) {
    return switch (failed) {
      case TransactionalIdAuthorizationException e ->
          String.format(
              Locale.ROOT,
              "the brokers refuse transactions: the worker needs Write and Describe on"
                  + " transactional ids with the prefix %s-",
              kafka.groupId());
      // The producer wraps this error of the broker, so only its text tells.
      case KafkaException e
          when String.valueOf(e.getMessage()).contains("transaction.max.timeout.ms") ->
          String.format(
              Locale.ROOT,
              "producer.transaction.timeout.ms (%s) exceeds the brokers'"
                  + " transaction.max.timeout.ms",
              kafka.producer().get(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG));
      case GroupAuthorizationException e -> "the worker needs Read on the group " + kafka.groupId();
      case TopicAuthorizationException e ->
          String.format(
              Locale.ROOT,
              "the worker needs Read on request topics and Write on the results topic; refused: %s",
              String.join(", ", e.unauthorizedTopics()));
      default -> KafkaFailure.describe(failed, kafka);
    };
  }
}
