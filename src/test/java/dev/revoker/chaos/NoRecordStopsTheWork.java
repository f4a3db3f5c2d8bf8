package dev.revoker.chaos;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whatever is written to a request topic: no worker ends or reports that it must be restarted, each
 * record has one result, the result of another request contains nothing of it, and an urgent
 * request is answered in time.
 */
final class NoRecordStopsTheWork extends ChaosGuarantee {
  /** Longer than any disturbance and the recovery of the group and the brokers. */
  private static final Duration URGENT = Duration.ofSeconds(90);

  private final Stage stage;

  NoRecordStopsTheWork(Stage stage, Evidence evidence) {
    super(evidence);
    this.stage = stage;
  }

  @Override
  void sample() {
    Instant began = Instant.now();
    for (Stage.Slot worker : stage.running()) {
      boolean unhealthy = stage.status(worker, "/livez") == 503;
      // A worker that was frozen rightly reports that its loop stood.
      boolean frozen =
          evidence.journal.any(
              kind -> kind == Disturbance.Kind.FREEZE_WORKER, began.minusSeconds(5), Instant.now());
      ask(!unhealthy || frozen, () -> worker + " answers /livez with 503");
    }
  }

  @Override
  void atEnd() {
    for (SentRequest one : evidence.requests()) {
      var answers = evidence.answersTo(one);
      String source = one.source().toString();
      if (one.mix().hostile()) {
        askOf(source, answers.size() == 1, () -> answers.size() + " results");
        continue;
      }
      for (ObservedResult answer : answers) {
        String spoiled = spoiled(one, answer);
        askOf(source, spoiled == null, () -> "a spoiled result: " + spoiled);
        if (one.urgent()) {
          Duration took = Duration.between(one.sentAt(), answer.completedAt());
          askOf(source, took.compareTo(URGENT) <= 0, () -> "urgent, and it took " + took);
        }
      }
    }
  }

  /** The part of a result that does not come from its request, or null. */
  private static @Nullable String spoiled(SentRequest one, ObservedResult answer) {
    if (!answer.requestId().equals(one.source().toString())) {
      return "the id " + answer.requestId();
    }
    if (one.mix().valid()
        && one.key() != null
        && !fingerprint(one.key().reveal()).equals(answer.fingerprint())) {
      return "the fingerprint of another key";
    }
    boolean own = answer.labels().isEmpty() || answer.labels().has("again");
    return own ? null : "labels " + answer.labels();
  }

  private static String fingerprint(String key) {
    try {
      byte[] digits = key.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
      return "sha256:"
          + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(digits));
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException(missing);
    }
  }
}
