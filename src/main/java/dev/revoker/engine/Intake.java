package dev.revoker.engine;

import dev.revoker.config.Config;
import dev.revoker.message.RequestReader;
import dev.revoker.model.Request;
import dev.revoker.model.Result;
import dev.revoker.resilience.RequestProcessor;
import dev.revoker.time.Time;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads polled records and admits their requests, the most urgent lane first. Pauses the partitions
 * that cannot take more. Used by the loop's thread alone.
 */
final class Intake {
  /** How long the records of one lane are read in one turn. */
  private static final long READ_BUDGET_NANOS = 10_000_000;

  private final List<Lane> lanes = new ArrayList<>();
  private final Map<TopicPartition, Partition> partitions = new HashMap<>();
  private final RequestProcessor processor;
  private final RecordReader reader;
  private final CompletionQueue completions;
  private final Time time;

  Intake(
      Config config,
      RequestProcessor processor,
      RequestReader reader,
      CompletionQueue completions,
      Time time) {
    boolean several = config.lanes().size() > 1;
    for (Config.Lane lane : config.lanes()) {
      boolean prompt = several && lanes.isEmpty();
      lanes.add(new Lane(lane.name(), lane.topic(), config.limits().maxInFlight(), prompt));
    }
    this.processor = processor;
    this.reader = new RecordReader(reader);
    this.completions = completions;
    this.time = time;
  }

  List<String> topics() {
    return lanes.stream().map(lane -> lane.topic).toList();
  }

  List<Lane> lanes() {
    return lanes;
  }

  List<Partition> partitions() {
    return List.copyOf(partitions.values());
  }

  @Nullable Partition partition(TopicPartition id) {
    return partitions.get(id);
  }

  Partition add(TopicPartition id) {
    Lane lane =
        lanes.stream().filter(one -> one.topic.equals(id.topic())).findFirst().orElseThrow();
    Partition before = partitions.get(id);
    if (before != null) {
      remove(before);
    }
    Partition partition = new Partition(id, lane);
    partitions.put(id, partition);
    lane.partitions.add(partition);
    return partition;
  }

  /** Ends an assignment: forgets its requests that are not committed. */
  void remove(Partition partition) {
    partition.end();
    partitions.remove(partition.id);
    partition.lane.partitions.remove(partition);
  }

  /**
   * Takes the records of a poll and reads records into their partitions' backlogs, the most urgent
   * lane first. Each lane is read for {@link #READ_BUDGET_NANOS} a turn at most, so that urgent
   * records never wait long for the reading of standard ones. Later turns read the rest. Records
   * beyond the lane's bytes are not kept, because a few compressed bytes of a fetch can become
   * many: the consumer fetches them again.
   *
   * @throws FatalWorkerException if a partition continues at a lower offset than before
   */
  void read(ConsumerRecords<byte[], byte[]> records, Consumer<byte[], byte[]> consumer) {
    Instant now = time.now();
    for (Lane lane : lanes) {
      long untilNanos = time.nanos() + READ_BUDGET_NANOS;
      for (Partition partition : lane.partitions) {
        readUnread(partition, now, untilNanos);
      }
      for (Partition partition : lane.partitions) {
        List<ConsumerRecord<byte[], byte[]>> batch = records.records(partition.id);
        int taken = take(partition, batch, consumer, now, untilNanos);
        OffsetAndMetadata next = records.nextOffsets().get(partition.id);
        if (taken < batch.size()) {
          consumer.seek(partition.id, batch.get(taken).offset());
        } else if (next != null) {
          partition.nextOffset = Math.max(partition.nextOffset, next.offset());
        }
      }
    }
  }

  /** Whether a later turn can read records without a poll. */
  boolean hasUnread() {
    return partitions.values().stream().anyMatch(Partition::hasUnread);
  }

  private void readUnread(Partition partition, Instant now, long untilNanos) {
    while (partition.hasUnread() && time.nanos() - untilNanos < 0) {
      ConsumerRecord<byte[], byte[]> record = partition.unread.remove();
      partition.lane.unkept(record);
      partition.backlog.add(read(partition, record, now));
    }
  }

  /** Reads or keeps records. Returns how many. */
  private int take(
      Partition partition,
      List<ConsumerRecord<byte[], byte[]>> batch,
      Consumer<byte[], byte[]> consumer,
      Instant now,
      long untilNanos) {
    int count = 0;
    for (ConsumerRecord<byte[], byte[]> record : batch) {
      boolean readable =
          partition.unread.isEmpty() && partition.lane.mayKeep() && time.nanos() - untilNanos < 0;
      if (!readable && !partition.lane.mayKeepUnread(record)) {
        break;
      }
      if (count == 0) {
        checkGap(partition, record.offset(), consumer);
      }
      if (readable) {
        partition.backlog.add(read(partition, record, now));
      } else {
        partition.lane.kept(record);
        partition.unread.add(record);
      }
      partition.nextOffset = record.offset() + 1;
      count++;
    }
    return count;
  }

  private static void checkGap(
      Partition partition, long offset, Consumer<byte[], byte[]> consumer) {
    OffsetGapCheck.check(partition, offset, consumer);
    partition.longUnread = false;
    if (partition.firstOffset < 0) {
      partition.firstOffset = offset;
    }
  }

  private TrackedRequest read(
      Partition partition, ConsumerRecord<byte[], byte[]> record, Instant now) {
    Request request = reader.read(record, partition.lane.name, now);
    int bytes = record.value() == null ? 0 : record.value().length;
    // A value that was rejected unread is not kept.
    int kept = Math.min(bytes, RequestReader.MAX_VALUE_BYTES) + Lane.BYTES_PER_REQUEST;
    TrackedRequest tracked = new TrackedRequest(partition, request, kept, completions);
    partition.lane.read(tracked);
    return tracked;
  }

  /** Makes another partition of each lane the first, so that no partition waits for another. */
  void rotatePartitions() {
    for (Lane lane : lanes) {
      if (lane.partitions.size() > 1) {
        Collections.rotate(lane.partitions, 1);
      }
    }
  }

  /** Admits as many requests as there is room for, lane after lane. */
  void admit() {
    int room = processor.intakeRoom();
    for (Lane lane : lanes) {
      for (Partition partition : lane.partitions) {
        room -= admit(partition, room);
      }
    }
  }

  private int admit(Partition partition, int room) {
    PartitionProgress progress = partition.progress;
    if (progress == null || !partition.mayAdmit()) {
      return 0;
    }
    int admitted = 0;
    for (TrackedRequest next = partition.backlog.peek();
        next != null && admitted < room && partition.lane.mayAdmit();
        next = partition.backlog.peek()) {
      if (!progress.hasRoomFor(next.offset())) {
        break;
      }
      partition.backlog.remove();
      if (progress.deliver(next.offset())) {
        admitted += begin(partition, next);
      } else {
        partition.lane.dropped(next);
      }
    }
    partition.passHoles();
    return admitted;
  }

  /** Returns how much of the dispatcher's room the request takes. */
  private int begin(Partition partition, TrackedRequest tracked) {
    partition.admitted.put(tracked.offset(), tracked);
    partition.lane.admitted();
    return switch (tracked.request) {
      case Request.Valid valid -> {
        processor.admit(valid, tracked);
        yield 1;
      }
      case Request.Invalid invalid -> {
        tracked.answered(Result.rejected(invalid, time.now()));
        yield 0;
      }
    };
  }

  /** Pauses the partitions that cannot take more, and resumes those that can again. */
  void pauseOrResume(Consumer<byte[], byte[]> consumer) {
    boolean wanted = processor.intakeRoom() > 0;
    List<TopicPartition> toPause = new ArrayList<>();
    List<TopicPartition> toResume = new ArrayList<>();
    for (Partition partition : partitions.values()) {
      boolean pause = !wanted || !takesMore(partition);
      partition.longUnread |= !wanted;
      if (pause != partition.paused) {
        partition.paused = pause;
        (pause ? toPause : toResume).add(partition.id);
      }
    }
    if (!toPause.isEmpty()) {
      consumer.pause(toPause);
    }
    if (!toResume.isEmpty()) {
      consumer.resume(toResume);
    }
  }

  private static boolean takesMore(Partition partition) {
    return partition.mayAdmit() && !partition.hasBacklog() && partition.lane.mayPoll();
  }
}
