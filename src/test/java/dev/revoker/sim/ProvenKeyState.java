package dev.revoker.sim;

import dev.revoker.api.ApiAnswer;
import dev.revoker.config.Config;
import dev.revoker.model.Outcome;
import dev.revoker.model.Result;
import dev.revoker.model.Result.KeyState;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a result says of the key is so. {@code inactive}: it does not log in, unless the API removed
 * it and no login after that could be made twice. {@code active}: it logged in. {@code
 * already_revoked}: an earlier committed result says {@code revoked} of it. {@code not_found} of
 * any account: no account has it.
 */
final class ProvenKeyState extends SimGuarantee {
  private final Simulation sim;

  ProvenKeyState(Simulation sim) {
    super(sim.world);
    this.sim = sim;
  }

  /** How often the API accepted a login with the key, before the removals or after. */
  static long accepted(RequestLedger.Admission admission, boolean after) {
    return admission.checks.stream()
        .filter(check -> check.checksAfter == after && check.answer instanceof ApiAnswer.Session)
        .count();
  }

  /** Whether the last login with the key was refused, after the removals. */
  static boolean refusedAfter(RequestLedger.Admission admission) {
    return !admission.checks.isEmpty()
        && admission.checks.getLast().checksAfter
        && admission.checks.getLast().answer instanceof ApiAnswer.Refused refused
        && Set.of("LOGIN_INVALID", "ACCOUNT_UNPRIVILEGED").contains(refused.errorType());
  }

  @Override
  void onOutcome(SimWorker worker, RequestLedger.Admission admission) {
    Result result = admission.answered;
    if (result == null) {
      return;
    }
    RequestLedger.Key key = admission.made.key();
    if (result.keyState() == KeyState.INACTIVE) {
      ask(
          !admission.made.malformed()
              && key != null
              && (!key.logsIn(world().nanos()) || (!key.active && uncheckable(admission))),
          () -> "the key logs in, or there never was one: " + text(admission, result));
    }
    if (result.keyState() == KeyState.ACTIVE) {
      ask(accepted(admission, true) > 0, () -> "it never logged in: " + text(admission, result));
    }
    if (result.outcome() == Outcome.ALREADY_REVOKED) {
      ask(
          key != null && sim.ledger.all().stream().anyMatch(made -> revoked(made, key, result)),
          () -> "no earlier result says so: " + text(admission, result));
    }
    if (result.outcome() == Outcome.NOT_FOUND
        && Config.ANY_ACCOUNT.equals(admission.made.account())) {
      ask(
          key == null || !key.active,
          () -> "an account that was asked has it: " + text(admission, result));
    }
  }

  /** No login after the removal was refused, and none was accepted twice. */
  private static boolean uncheckable(RequestLedger.Admission admission) {
    return !refusedAfter(admission) && accepted(admission, true) < 2;
  }

  private static boolean revoked(RequestLedger.Made made, RequestLedger.Key key, Result later) {
    String earlierId = Objects.requireNonNull(later.revokedBy()).requestId();
    return made.key() == key
        && made.results().stream()
            .anyMatch(
                result ->
                    result.get("outcome").asString().equals("revoked")
                        && result.get("request_id").asString().equals(earlierId));
  }

  private static String text(RequestLedger.Admission admission, @Nullable Result result) {
    return admission.made + " " + result;
  }
}
