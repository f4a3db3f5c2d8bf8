package dev.revoker.memory;

import dev.revoker.memory.RevokedKeyIndex.Position;
import dev.revoker.message.StoredResult;
import dev.revoker.model.Outcome;
import dev.revoker.model.Result.RevokedBy;
import dev.revoker.resilience.Dispatcher;
import dev.revoker.time.Time;
import dev.revoker.time.Time.Timer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers whether a key was revoked before, from the results topic. {@link ResultFollower} fills
 * the index and follows the end of the topic; {@link ResultLookup} reads the record that the index
 * points to. An answer names an earlier result only if that record is committed, says {@code
 * revoked} and has the whole fingerprint.
 *
 * <p>A question waits without a thread: until the index has reached the end of the topic as of the
 * start, and then {@link #GRACE_MS} for a result that another worker commits at the same time. No
 * failure of the memory reaches the worker. A failure that does not pass turns the memory off;
 * every question is then answered with null.
 *
 * <p>Safe on any thread. Blocks on nothing but a short lock; answers are given outside of it.
 */
public final class ResultMemory implements Dispatcher.Memory {
  /** Learns of each answered question. Called on any thread. */
  public interface Listener {
    /**
     * The words are {@code found}, {@code unknown}, and {@code failed} if the results topic could
     * not be read.
     */
    void lookedUp(String result);
  }

  /** How long a question waits for a result that is being committed. */
  static final long GRACE_MS = 3_000;

  /** How long questions wait for the index to reach the end of the topic. */
  static final long FILL_LIMIT_MS = 60_000;

  private static final Logger LOG = LoggerFactory.getLogger(ResultMemory.class);

  private enum State {
    /** Older results are being read: questions wait. */
    FILLING,
    /** The index has what was committed when the worker started. */
    FOLLOWING,
    /** Nothing is remembered. */
    OFF
  }

  /** Reads a record for a question and reports it to the question, later and on any thread. */
  interface Lookup {
    void want(Position position, Question question);
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final RevokedKeyIndex index;
  private final Lookup lookup;
  private final Listener listener;
  private final Time time;
  private final Timer fillLimit;
  private final Map<Long, List<Question>> waiting = new HashMap<>();
  private State state = State.FILLING;
  private boolean lostRecordLogged;

  /** Starts with an empty index, and the time for filling it begins. */
  ResultMemory(RevokedKeyIndex index, Lookup lookup, Listener listener, Time time) {
    this.index = index;
    this.lookup = lookup;
    this.listener = listener;
    this.time = time;
    this.fillLimit = time.after(FILL_LIMIT_MS, this::filledTooLong);
  }

  @Override
  public void find(String keyFingerprint, Consumer<@Nullable RevokedBy> answer) {
    Question question = new Question(keyFingerprint, answer);
    run(
        () -> {
          if (state == State.OFF) {
            return question.end(null, "failed");
          }
          waiting.computeIfAbsent(question.hash, hash -> new ArrayList<>(1)).add(question);
          if (state == State.FOLLOWING) {
            startGrace(question);
          }
          return look(question);
        });
  }

  /** How many keys the index has. */
  public int keys() {
    return index.size();
  }

  // ---- what the threads report

  /** A {@code revoked} result was read at this position. */
  void revoked(String fingerprint, Position position) {
    long hash = RevokedKeyIndex.hash(fingerprint);
    index.add(hash, position);
    runAll(() -> waiting.getOrDefault(hash, List.of()), this::look);
  }

  /** The index has what was committed when the worker started. */
  void caughtUp() {
    fillLimit.cancel();
    follow();
  }

  /** From now on nothing is remembered. */
  void off() {
    fillLimit.cancel();
    runAll(
        () -> {
          state = State.OFF;
          index.clear();
          return waiting.values().stream().flatMap(List::stream).toList();
        },
        question -> question.end(null, "failed"));
  }

  // ---- under the lock

  /** Reads the next record that may answer the question; ends it if its time is over. */
  private Runnable look(Question question) {
    if (question.ended || question.reading) {
      return ResultMemory::nothing;
    }
    for (Position position : index.positions(question.hash)) {
      if (question.tried.add(position)) {
        question.reading = true;
        return () -> lookup.want(position, question);
      }
    }
    return question.late ? question.end(null, "unknown") : ResultMemory::nothing;
  }

  private void startGrace(Question question) {
    question.grace =
        time.after(
            GRACE_MS,
            () ->
                run(
                    () -> {
                      question.late = true;
                      return look(question);
                    }));
  }

  private void follow() {
    runAll(
        () -> {
          if (state != State.FILLING) {
            return List.of();
          }
          state = State.FOLLOWING;
          return waiting.values().stream().flatMap(List::stream).toList();
        },
        question -> {
          startGrace(question);
          return ResultMemory::nothing;
        });
  }

  private void filledTooLong() {
    LOG.atWarn()
        .addKeyValue("waitedMs", FILL_LIMIT_MS)
        .addKeyValue("keys", keys())
        .log(
            "older results are still being read: until that ends, a key that was revoked before may"
                + " get not_found");
    follow();
  }

  private void logLostRecord(Position position) {
    lock.lock();
    try {
      if (lostRecordLogged) {
        return;
      }
      lostRecordLogged = true;
    } finally {
      lock.unlock();
    }
    LOG.atWarn()
        .addKeyValue("partition", position.partition())
        .addKeyValue("offset", position.offset())
        .log(
            "a result was deleted from the results topic: keys whose results were compacted or"
                + " purged are not remembered");
  }

  private static void nothing() {}

  /** What is to be done for a question once the lock is released. */
  private interface Step {
    Runnable of(Question question);
  }

  private interface Event {
    Runnable run();
  }

  private interface Selection {
    List<Question> questions();
  }

  private void run(Event event) {
    Runnable action;
    lock.lock();
    try {
      action = event.run();
    } finally {
      lock.unlock();
    }
    action.run();
  }

  private void runAll(Selection selection, Step step) {
    List<Runnable> actions = new ArrayList<>();
    lock.lock();
    try {
      // A copy: a step may end its question, which removes it.
      List.copyOf(selection.questions()).forEach(question -> actions.add(step.of(question)));
    } finally {
      lock.unlock();
    }
    actions.forEach(Runnable::run);
  }

  /** One question until its answer. Guarded by the lock. */
  final class Question {
    private final String fingerprint;
    private final long hash;
    private final Consumer<@Nullable RevokedBy> then;
    private final Set<Position> tried = new HashSet<>(2);

    /** A record is being read for this question. */
    private boolean reading;

    /** The time of this question is over: it ends when no record is left to read. */
    private boolean late;

    private boolean ended;
    private @Nullable Timer grace;

    private Question(String fingerprint, Consumer<@Nullable RevokedBy> then) {
      this.fingerprint = fingerprint;
      this.hash = RevokedKeyIndex.hash(fingerprint);
      this.then = then;
    }

    /**
     * Receives the record that was wanted; null if the topic does not have that record any more.
     */
    void read(Position position, @Nullable StoredResult result) {
      if (result == null) {
        logLostRecord(position);
      }
      run(
          () -> {
            reading = false;
            return result != null && answers(result)
                ? end(new RevokedBy(result.requestId(), result.completedAt()), "found")
                : look(this);
          });
    }

    /** The record that was wanted could not be read. */
    void unreadable() {
      run(() -> end(null, "failed"));
    }

    private boolean answers(StoredResult result) {
      return result.outcome().equals(Outcome.REVOKED.wireName())
          && fingerprint.equals(result.fingerprint());
    }

    private Runnable end(@Nullable RevokedBy answer, String word) {
      if (ended) {
        return ResultMemory::nothing;
      }
      ended = true;
      if (grace != null) {
        grace.cancel();
      }
      waiting.computeIfPresent(
          hash,
          (same, questions) -> {
            questions.remove(this);
            return questions.isEmpty() ? null : questions;
          });
      return () -> {
        listener.lookedUp(word);
        then.accept(answer);
      };
    }
  }
}
