package dev.revoker.engine;

import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ApplicationRecoverableException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.IllegalGenerationException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.OffsetMetadataTooLarge;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * The handling of each kind of error of a transactional producer, as KIP-1050 ("Consistent error
 * handling for Transactions") and KafkaProducer's documentation have it. The deciding exception may
 * be a cause of the one thrown.
 */
final class ProducerErrors {
  private ProducerErrors() {}

  /** The handling of this failure of a step before the commit, or of the commit itself. */
  static TransactionResult kindOf(RuntimeException thrown) {
    for (Throwable error = thrown; error != null; error = error.getCause()) {
      TransactionResult kind = own(error);
      if (kind != null) {
        return kind;
      }
    }
    return switch (thrown) {
      // Illegal state: the producer had gone into its fatal state before.
      case IllegalStateException fatal -> new TransactionResult.ProducerLost(describe(fatal));
      // The outer one says only that the producer is in an error state.
      case KafkaException abortable -> new TransactionResult.Aborted(describe(root(abortable)));
      default -> throw thrown;
    };
  }

  /** Class and message, no more: a message of Kafka's names topics and ids, no contents. */
  static String describe(Throwable error) {
    return error.getClass().getSimpleName() + ": " + error.getMessage();
  }

  /** The handling of a producer that could not be created. */
  static TransactionResult ofConstruction(KafkaException failed) {
    Throwable root = root(failed);
    String why = describe(root);
    // Kafka calls broker names that do not resolve a configuration error; they may resolve later.
    return why.contains("No resolvable bootstrap urls")
        ? new TransactionResult.ProducerLost(why)
        : new TransactionResult.Fatal("the Kafka producer cannot be created: " + why, root);
  }

  private static Throwable root(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  private static boolean says(KafkaException error, Errors refusal) {
    String message = error.getMessage();
    return message != null && message.endsWith(refusal.message());
  }

  private static TransactionResult metadataTooLarge(KafkaException error) {
    return new TransactionResult.Fatal(
        "the broker takes less than 4096 bytes of offset metadata:"
            + " raise offset.metadata.max.bytes to its default",
        error);
  }

  private static TransactionResult refused(KafkaException error) {
    return new TransactionResult.Fatal("the broker refuses this worker: " + describe(error), error);
  }

  private static @Nullable TransactionResult own(Throwable error) {
    return switch (error) {
      case FencedInstanceIdException fenced ->
          new TransactionResult.Fatal(
              "another worker uses the same consumer.group.instance.id: give each its own", fenced);
      case RecordTooLargeException large ->
          new TransactionResult.Fatal(
              "a result is larger than the results topic takes, even without what it repeats of the"
                  + " request: raise its max.message.bytes, or producer.max.request.size",
              large);
      case OffsetMetadataTooLarge large -> metadataTooLarge(large);
      // The producer puts the broker's refusal of offsets into the message and nowhere else.
      case KafkaException large when says(large, Errors.OFFSET_METADATA_TOO_LARGE) ->
          metadataTooLarge(large);
      case KafkaException refused when says(refused, Errors.TOPIC_AUTHORIZATION_FAILED) ->
          refused(refused);
      case InvalidConfigurationException refused -> refused(refused);
      // The group has moved on; the rebalance that follows tells which partitions are still ours.
      case IllegalGenerationException moved -> new TransactionResult.Aborted(describe(moved));
      case UnknownMemberIdException moved -> new TransactionResult.Aborted(describe(moved));
      case CommitFailedException moved -> new TransactionResult.Aborted(describe(moved));
      case TransactionAbortableException abortable ->
          new TransactionResult.Aborted(describe(abortable));
      case ApplicationRecoverableException lost ->
          new TransactionResult.ProducerLost(describe(lost));
      case OutOfOrderSequenceException lost -> new TransactionResult.ProducerLost(describe(lost));
      default -> null;
    };
  }
}
