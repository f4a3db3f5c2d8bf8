package dev.revoker.sim;

import dev.revoker.api.ApiAnswer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A worker has at most one login of an account in flight, and does not repeat a refused one before
 * login.retry.ms.
 */
final class OneLoginAtATime extends SimGuarantee {
  private final long retryNanos;
  private final Set<String> underWay = new HashSet<>();
  private final Map<String, Long> refusedAt = new HashMap<>();

  OneLoginAtATime(Simulation sim) {
    super(sim.world);
    this.retryNanos = sim.scenario.config.loginRetryMs() * World.MS;
  }

  /** Whether a login was refused, which is not a transient failure. */
  static boolean refused(@Nullable ApiAnswer answer) {
    return switch (answer) {
      case ApiAnswer.Refused refused -> !refused.errorType().equals("UNHANDLED_ERROR");
      case ApiAnswer.Unexpected unexpected -> true;
      case ApiAnswer.Done done -> true;
      case null, default -> false;
    };
  }

  @Override
  void onCall(SimWorker worker, RequestLedger.Call call) {
    if (call.account == null) {
      return;
    }
    String who = worker.name + " " + call.account;
    ask(underWay.add(who), () -> who + " logs in twice at a time");
    Long refused = refusedAt.get(who);
    // The worker counts in whole milliseconds.
    ask(
        refused == null || world().nanos() - refused >= retryNanos - World.MS,
        () -> who + " logs in again too soon after a refusal");
  }

  @Override
  void onAnswer(SimWorker worker, RequestLedger.Call call) {
    if (call.account != null) {
      String who = worker.name + " " + call.account;
      underWay.remove(who);
      if (refused(call.answer)) {
        refusedAt.put(who, world().nanos());
      }
    }
  }
}
