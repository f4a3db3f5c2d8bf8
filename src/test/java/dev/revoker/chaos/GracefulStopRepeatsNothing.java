package dev.revoker.chaos;

import dev.revoker.chaos.Disturbance.Kind;
import dev.revoker.sandbox.SandboxLedger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * SIGTERM ends a worker with exit code 0, and no answered call is repeated: not because of a stop,
 * a started worker, or another worker's kill; only if the calling process, its broker or an answer
 * was lost.
 */
final class GracefulStopRepeatsNothing extends ChaosGuarantee {
  /** The consequences of a kill last as long as a worker waits for an answer. */
  private static final Duration BEFORE = Duration.ofSeconds(4);

  private static final Duration AFTER = Duration.ofSeconds(15);

  /** The time in which calls of a killed worker may still reach the API. */
  private static final Duration LINGERS = Duration.ofSeconds(2);

  GracefulStopRepeatsNothing(Evidence evidence) {
    super(evidence);
  }

  @Override
  void onStopped(String worker, int exitCode, DisturbanceLog.Event stop) {
    Instant now = Instant.now();
    boolean troubled = evidence.journal.any(Kind::troublesBroker, stop.from.minus(AFTER), now);
    ask(exitCode == 0 || troubled, () -> worker + " ended with exit code " + exitCode);
  }

  @Override
  void atEnd() {
    SessionUse sessions = new SessionUse(evidence);
    for (SentRequest one : evidence.requests()) {
      if (one.alone()) {
        look(one, evidence.ledger.calls(one.key()), sessions);
      }
    }
  }

  private void look(SentRequest one, List<SandboxLedger.Call> calls, SessionUse sessions) {
    for (int i = 0; i < calls.size(); i++) {
      SandboxLedger.Call call = calls.get(i);
      SandboxLedger.Call next = i + 1 < calls.size() ? calls.get(i + 1) : null;
      if (isFinal(call.answer())) {
        Instant until = next == null ? call.at().plus(AFTER) : next.at();
        boolean excused =
            evidence.journal.between(call.at().minus(BEFORE), until).stream()
                .anyMatch(event -> excuses(event, call, next, sessions));
        if (!excused) {
          askOf(
              one.source().toString(),
              next == null || answerCameLate(one, calls.size()),
              () -> "called again after a final answer");
        }
      }
    }
  }

  /** Whether an answered call may be repeated because of it. */
  private static boolean excuses(
      DisturbanceLog.Event event,
      SandboxLedger.Call call,
      SandboxLedger.@Nullable Call next,
      SessionUse sessions) {
    return switch (event.kind) {
      case KILL_WORKER -> !sessions.used(call.session(), event.from.plus(LINGERS), Instant.MAX);
      // A frozen worker lost its calls, or wakes and calls for partitions that it has lost.
      case FREEZE_WORKER ->
          wasFrozen(call.session(), event, sessions)
              || (next != null && wasFrozen(next.session(), event, sessions));
      default -> event.kind.violent();
    };
  }

  private static boolean wasFrozen(int session, DisturbanceLog.Event event, SessionUse sessions) {
    Instant from = event.from.plus(LINGERS);
    Instant to = event.to;
    return sessions.used(session, Instant.MIN, from)
        && !sessions.used(session, from, to == null ? Instant.MAX : to);
  }

  /** Whether one worker made all the calls because it got no answer. */
  private boolean answerCameLate(SentRequest one, int calls) {
    return evidence.answersTo(one).stream().anyMatch(answer -> answer.attempts() == calls);
  }

  /** With several accounts to try, a key that one does not have is called with the next. */
  private boolean isFinal(String answer) {
    return answer.equals("204") || (answer.equals("400 ITEM_NOT_FOUND") && !evidence.anyAccount);
  }
}
