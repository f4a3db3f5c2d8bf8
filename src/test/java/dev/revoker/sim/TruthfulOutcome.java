package dev.revoker.sim;

import dev.revoker.api.ApiAnswer;
import dev.revoker.config.Config;
import dev.revoker.model.Outcome;
import dev.revoker.model.Result;
import dev.revoker.model.Result.KeyState;
import dev.revoker.model.ResultError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Every result is true, by the ledger of calls and keys and the table of outcomes in the contract.
 */
final class TruthfulOutcome extends SimGuarantee {
  private final Simulation sim;
  private final Set<String> loginRefused = new HashSet<>();
  private final Map<String, List<RequestLedger.Call>> failedLogins = new HashMap<>();

  TruthfulOutcome(Simulation sim) {
    super(sim.world);
    this.sim = sim;
  }

  @Override
  void onAnswer(SimWorker worker, RequestLedger.Call call) {
    if (call.account != null && OneLoginAtATime.refused(call.answer)) {
      loginRefused.add(worker.name + call.account);
    }
    if (call.account != null && mayPass(call.answer)) {
      failedLogins.computeIfAbsent(worker.name + call.account, who -> new ArrayList<>()).add(call);
    }
  }

  @Override
  void onOutcome(SimWorker worker, RequestLedger.Admission admission) {
    Result result = admission.answered;
    if (result != null) {
      String lie = lie(worker, admission, result);
      ask(
          lie == null,
          () ->
              "%s of %s: %s; it is %s after %s"
                  .formatted(
                      admission.made,
                      worker.name,
                      lie,
                      result,
                      admission.calls.stream().map(call -> call.answer).toList()));
    }
  }

  @Override
  void onCommit(SimBrokers.Commit commit, List<Committed> results) {
    for (Committed committed : results) {
      String outcome = committed.result().get("outcome").asString();
      if (committed.made().malformed() || outcome.equals("rejected")) {
        ask(
            committed.made().malformed()
                && outcome.equals("rejected")
                && committed.made().admissions().isEmpty(),
            () -> committed.made() + " malformed=" + committed.made().malformed() + " " + outcome);
      } else {
        ask(
            committed.made().admissions().stream().anyMatch(a -> said(a, committed.result())),
            () -> "nobody said of " + committed.made() + ": " + committed.result());
      }
    }
  }

  private static boolean said(RequestLedger.Admission admission, JsonNode json) {
    Result result = admission.answered;
    return result != null
        && admission.process.name.equals(json.get("worker").asString())
        && result.outcome().wireName().equals(json.get("outcome").asString())
        && (result.outcome().success() ? "success" : "error").equals(json.get("status").asString())
        && result.keyState().wireName().equals(json.get("key_state").asString())
        && result.attempts() == json.get("attempts").asInt()
        && result.uncertainAttempts() == json.get("uncertain_attempts").asInt()
        && (result.error() == null) == json.get("error").isNull();
  }

  private @Nullable String lie(SimWorker worker, RequestLedger.Admission admission, Result result) {
    List<ApiAnswer> answers = admission.calls.stream().map(call -> call.answer).toList();
    if (answers.contains(null)) {
      return "answered while a call is under way";
    }
    boolean uncertain = answers.stream().anyMatch(AttemptsHonest::uncertain);
    KeyState leftOver = uncertain ? KeyState.UNKNOWN : KeyState.ASSUMED_ACTIVE;
    boolean removed =
        admission.calls.stream()
            .anyMatch(call -> call.removed && call.answer instanceof ApiAnswer.Done);
    boolean loggedIn = ProvenKeyState.accepted(admission, false) > 0;
    if (loggedIn) {
      leftOver = KeyState.ASSUMED_ACTIVE;
    }
    KeyState unlessLive = loggedIn ? KeyState.ASSUMED_ACTIVE : KeyState.UNKNOWN;
    boolean stillActive =
        result.error() != null && result.error().type().equals(ResultError.STILL_ACTIVE);
    boolean proven = loggedIn && ProvenKeyState.refusedAfter(admission);
    if (removed ? result.outcome() != Outcome.REVOKED && !stillActive : stillActive) {
      return "the ledger has a removal that was confirmed, or has none";
    }
    return switch (result.outcome()) {
      case REVOKED -> expect(result, KeyState.INACTIVE, removed || proven);
      case ALREADY_REVOKED ->
          expect(
              result,
              KeyState.INACTIVE,
              !loggedIn
                  && result.revokedBy() != null
                  && someSaid(admission, answers, "ITEM_NOT_FOUND"));
      case NOT_FOUND -> expect(result, unlessLive, someSaid(admission, answers, "ITEM_NOT_FOUND"));
      case REFUSED ->
          expect(
              result,
              KeyState.ASSUMED_ACTIVE,
              someSaid(admission, answers, Objects.requireNonNull(result.error()).type())
                  && !Set.of("ITEM_NOT_FOUND", "BAD_API_TOKEN", "UNHANDLED_ERROR")
                      .contains(result.error().type()));
      case SESSION_FAILED ->
          expect(
              result,
              KeyState.ASSUMED_ACTIVE,
              someSaid(admission, answers, "BAD_API_TOKEN")
                  || accounts(admission)
                      .anyMatch(account -> loginRefused.contains(worker.name + account)));
      case UNAVAILABLE -> expect(result, leftOver, spentOrHeld(worker, admission));
      case UNEXPECTED ->
          stillActive
              ? expect(
                  result, KeyState.ACTIVE, ProvenKeyState.accepted(admission, true) >= 2 && removed)
              : expect(
                  result,
                  unlessLive,
                  answers.stream().anyMatch(ApiAnswer.Unexpected.class::isInstance));
      case EXPIRED ->
          expect(
              result,
              leftOver,
              admission.made.notAfter() != null
                  && !result.completedAt().isBefore(admission.made.notAfter()));
      case REJECTED -> "a request that was valid";
    };
  }

  /** With one account and no login with the key it is the last answer that counts. */
  private static boolean someSaid(
      RequestLedger.Admission admission, List<ApiAnswer> answers, String type) {
    boolean one =
        !Config.ANY_ACCOUNT.equals(admission.made.account()) && admission.checks.isEmpty();
    return one
        ? !answers.isEmpty() && refused(answers.getLast(), type)
        : answers.stream().anyMatch(answer -> refused(answer, type));
  }

  private Stream<String> accounts(RequestLedger.Admission admission) {
    return Config.ANY_ACCOUNT.equals(admission.made.account())
        ? sim.scenario.config.accounts().keySet().stream()
        : Stream.ofNullable(admission.made.account());
  }

  /** The attempts are used up (an outage and a 429 use none), or the hold is over. */
  private boolean spentOrHeld(SimWorker worker, RequestLedger.Admission admission) {
    Config config = sim.scenario.config;
    // A failed login uses an attempt of each request that waits for it.
    long spent =
        Stream.concat(
                admission.calls.stream(),
                accounts(admission)
                    .flatMap(
                        account ->
                            failedLogins.getOrDefault(worker.name + account, List.of()).stream()))
            .filter(call -> mayPass(call.answer))
            .filter(call -> call.endedNanos >= admission.admittedNanos)
            .filter(call -> call.apiUpAfter || call.endedNanos == world().nanos())
            .count();
    long heldAtMostNanos = world().nanos() - admission.admittedNanos;
    return spent >= config.retry().maxAttempts()
        || (config.holdMaxMs() > 0 && heldAtMostNanos >= (config.holdMaxMs() - 1) * World.MS);
  }

  private static boolean mayPass(@Nullable ApiAnswer answer) {
    return answer instanceof ApiAnswer.NoAnswer
        || answer instanceof ApiAnswer.NoConnection
        || answer instanceof ApiAnswer.Failed
        || refused(answer, "UNHANDLED_ERROR");
  }

  private static @Nullable String expect(Result result, KeyState state, boolean sound) {
    if (!sound) {
      return "the calls do not bear it out";
    }
    boolean provenActive = result.keyState() == KeyState.ACTIVE && state == KeyState.ASSUMED_ACTIVE;
    return result.keyState() == state || provenActive ? null : "the key's state should be " + state;
  }

  private static boolean refused(@Nullable ApiAnswer answer, String type) {
    return answer instanceof ApiAnswer.Refused refused && refused.errorType().equals(type);
  }
}
