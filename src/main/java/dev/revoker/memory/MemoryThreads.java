package dev.revoker.memory;

import dev.revoker.time.Time;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two threads of the memory: one follows the results topic, the other reads single records.
 * Each has a consumer of its own, because a consumer that waits for new records delays its next
 * fetch. A failure that does not pass turns the memory off. No failure reaches the worker.
 */
public final class MemoryThreads implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MemoryThreads.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);
  private static final long PAUSE_MS = 1_000;
  private static final int FOLLOW_WAIT_MS = 500;

  /** A look-up at the end of the topic must not delay the next one. */
  private static final int LOOKUP_WAIT_MS = 10;

  /** After so many failures in a row that Kafka does not call retriable, memory is turned off. */
  private static final int MAX_FAILURES = 30;

  /** Looks up how far a topic's log reaches, open transactions included. */
  public interface LogEnds {
    /**
     * The end of each partition.
     *
     * @throws org.apache.kafka.common.KafkaException if no broker answers in time, or refuses
     */
    Map<TopicPartition, Long> of(Collection<TopicPartition> partitions);

    /** Asks the brokers. */
    static LogEnds from(Admin admin) {
      return partitions -> {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        partitions.forEach(partition -> latest.put(partition, OffsetSpec.latest()));
        Map<TopicPartition, Long> ends = new HashMap<>();
        try {
          admin
              .listOffsets(latest, new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED))
              .all()
              .get()
              .forEach((partition, end) -> ends.put(partition, end.offset()));
          return ends;
        } catch (ExecutionException failed) {
          throw failed.getCause() instanceof KafkaException kafka
              ? kafka
              : new KafkaException(failed);
        } catch (InterruptedException stopping) {
          throw new InterruptException(stopping);
        }
      };
    }
  }

  /** Creates the consumers: with {@code auto.offset.reset=none} and no group. */
  public interface Consumers {
    /**
     * A new consumer with {@code read_committed}.
     *
     * @param purpose for its client id
     * @param maxWaitMs how long a broker may hold a fetch back if there are no records
     */
    Consumer<byte[], byte[]> create(String purpose, int maxWaitMs);
  }

  private interface Turn {
    void take(Consumer<byte[], byte[]> consumer) throws InterruptedException;
  }

  private final Consumers consumers;
  private final ResultMemory memory;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final List<Reader> readers;

  private MemoryThreads(
      Settings settings,
      Consumers consumers,
      LogEnds ends,
      ResultMemory.Listener listener,
      Time time) {
    this.consumers = consumers;
    ResultLookup lookup = new ResultLookup(settings.topic(), time);
    this.memory = new ResultMemory(new RevokedKeyIndex(settings.maxKeys()), lookup, listener, time);
    ResultFollower follower =
        new ResultFollower(ends, settings.topic(), settings.remember(), memory, time);
    this.readers =
        List.of(
            new Reader("memory-follow", FOLLOW_WAIT_MS, follower::turn),
            new Reader("memory-lookup", LOOKUP_WAIT_MS, lookup::turn));
  }

  /**
   * What is remembered.
   *
   * @param topic the results topic
   * @param remember how far back
   * @param maxKeys how many keys at most
   */
  public record Settings(String topic, Duration remember, int maxKeys) {}

  /** Starts the threads. */
  public static MemoryThreads start(
      Settings settings,
      Consumers consumers,
      LogEnds ends,
      ResultMemory.Listener listener,
      Time time) {
    MemoryThreads threads = new MemoryThreads(settings, consumers, ends, listener, time);
    threads.readers.forEach(reader -> reader.thread.start());
    return threads;
  }

  /** Answers questions, until {@link #close} and after it. */
  public ResultMemory memory() {
    return memory;
  }

  /** Ends both threads, and answers the questions that are left. */
  @Override
  public void close() {
    stop.countDown();
    readers.forEach(Reader::wakeup);
    memory.off();
    for (Reader reader : readers) {
      try {
        reader.thread.join(CLOSE_TIMEOUT.multipliedBy(2));
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private boolean stopped() {
    return stop.getCount() == 0;
  }

  /** One thread with its consumer. */
  private final class Reader {
    private final Thread thread;
    private final String purpose;
    private final int maxWaitMs;
    private final Turn turn;
    private volatile @Nullable Consumer<byte[], byte[]> consumer;
    private int failures;

    Reader(String purpose, int maxWaitMs, Turn turn) {
      this.purpose = purpose;
      this.maxWaitMs = maxWaitMs;
      this.turn = turn;
      this.thread = Thread.ofPlatform().name("revoker-" + purpose).daemon().unstarted(this::run);
    }

    void wakeup() {
      Consumer<byte[], byte[]> running = consumer;
      if (running != null) {
        running.wakeup();
      }
    }

    private void run() {
      try (Consumer<byte[], byte[]> own = consumers.create(purpose, maxWaitMs)) {
        consumer = own;
        try {
          while (!stopped()) {
            turn(own);
          }
        } finally {
          own.close(CloseOptions.timeout(CLOSE_TIMEOUT));
        }
      } catch (InterruptedException | InterruptException | WakeupException stopping) {
        // The worker stops.
      } catch (AuthorizationException | AuthenticationException denied) {
        off("the results topic may not be read (it takes the right Read)", denied);
      } catch (RuntimeException | Error broken) {
        off("reading the results topic failed", broken);
      }
    }

    private void turn(Consumer<byte[], byte[]> own) throws InterruptedException {
      try {
        turn.take(own);
        failures = 0;
      } catch (WakeupException
          | InterruptException
          | AuthorizationException
          | AuthenticationException last) {
        throw last;
      } catch (KafkaException failed) {
        boolean passing = failed instanceof RetriableException;
        if (!passing && ++failures >= MAX_FAILURES) {
          throw failed;
        }
        LOG.atDebug()
            .addKeyValue("cause", failed.toString())
            .log("the results topic cannot be read now; trying again");
        var unused = stop.await(PAUSE_MS, TimeUnit.MILLISECONDS);
      }
    }

    private void off(String why, Throwable cause) {
      if (stopped()) {
        return;
      }
      // The message of a Kafka error names topics, no contents.
      LOG.atWarn()
          .addKeyValue("cause", cause.toString())
          .log(why + ": from now on a key that was revoked before gets not_found");
      memory.off();
      // The other thread has nothing to do any more.
      stop.countDown();
      readers.forEach(Reader::wakeup);
    }
  }
}
