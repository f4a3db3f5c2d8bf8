package dev.revoker.submit;

import dev.revoker.config.Config;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Shows results as they come. One thread runs it. */
public final class Watch {
  private static final Duration POLL = Duration.ofMillis(500);

  private final Config config;
  private final Wanted wanted;
  private final boolean json;
  private final Screen screen;
  private final BitSet rows = new BitSet();
  private long size = Long.MAX_VALUE;
  private long shown;
  private boolean allSucceeded = true;

  /** Which results. */
  public sealed interface Wanted {
    /** Those of a batch, until each row has one. */
    record OfBatch(String id) implements Wanted {}

    /** Those of a request, until there is one. */
    record OfRequest(String id) implements Wanted {}

    /** All from now on, without end. */
    record FromNowOn() implements Wanted {}

    /** All that there are now. */
    record SoFar() implements Wanted {}
  }

  /**
   * Watches.
   *
   * @param json whether to print each result as it is, a line each
   */
  public Watch(Config config, Wanted wanted, boolean json, Screen screen) {
    this.config = config;
    this.wanted = wanted;
    this.json = json;
    this.screen = screen;
  }

  /**
   * Runs until everything that was wanted was shown.
   *
   * @return whether all that was shown succeeded
   * @throws Trouble where the results cannot be read
   */
  public boolean run() throws Trouble {
    Brokers brokers = new Brokers(config.kafka());
    brokers.require(List.of(config.resultsTopic()));
    try (Tail results = Tail.of(brokers, List.of(config.resultsTopic()))) {
      Tail.Mark end = results.end();
      if (wanted instanceof Wanted.FromNowOn) {
        results.seek(end);
      }
      if (!json) {
        screen.print(heading());
      }
      boolean told = false;
      while (!done(results, end)) {
        results.poll(POLL, this::show);
        if (!told
            && !done(results, end)
            && !(wanted instanceof Wanted.SoFar)
            && results.reached(end)) {
          told = true;
          screen.tell(
              shown == 0 ? "no result yet; Ctrl-C ends it" : "waiting for more; Ctrl-C ends it");
        }
      }
      return allSucceeded;
    }
  }

  private boolean done(Tail results, Tail.Mark end) throws Trouble {
    return switch (wanted) {
      case Wanted.FromNowOn ever -> false;
      case Wanted.SoFar now -> results.reached(end);
      case Wanted.OfRequest one -> shown > 0 && results.reached(end);
      case Wanted.OfBatch batch -> rows.cardinality() >= size && results.reached(end);
    };
  }

  private void show(ConsumerRecord<byte[], byte[]> record) {
    if (wanted instanceof Wanted.OfRequest one && !isKeyed(record, one.id())) {
      return;
    }
    Answer answer = Answer.of(record);
    if (answer == null) {
      return;
    }
    if (wanted instanceof Wanted.OfBatch batch) {
      Batch.Place place = answer.place();
      if (!answer.batch().equals(batch.id()) || place == null) {
        return;
      }
      rows.set((int) Math.min(place.row(), Integer.MAX_VALUE - 1));
      size = place.size();
    }
    shown++;
    allSucceeded &= answer.outcome().success();
    screen.print(json ? answer.json().toString() : line(answer));
  }

  private static boolean isKeyed(ConsumerRecord<byte[], byte[]> record, String id) {
    byte @Nullable [] key = record.key();
    return key != null && new String(key, StandardCharsets.UTF_8).equals(id);
  }

  private static String heading() {
    return "%-24s %-14s %-14s %-24s %-10s %s"
        .formatted("completed", "outcome", "key state", "request", "account", "error");
  }

  /** A result in one line, without anything that moves a cursor. */
  static String line(Answer answer) {
    String error =
        answer.json().path("error").isObject()
            ? answer.text("error.type") + ": " + answer.text("error.comment")
            : "";
    return Screen.plain(
            "%-24s %-14s %-14s %-24s %-10s %s"
                .formatted(
                    answer.text("completed_at"),
                    answer.outcome().wireName(),
                    answer.text("key_state"),
                    answer.text("request_id"),
                    answer.text("account"),
                    error))
        .stripTrailing();
  }
}
