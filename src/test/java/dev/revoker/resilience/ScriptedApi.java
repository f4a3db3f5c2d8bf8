package dev.revoker.resilience;

import dev.revoker.api.Api;
import dev.revoker.api.ApiAnswer;
import dev.revoker.api.ApiCall;
import dev.revoker.model.Credentials;
import dev.revoker.time.Time;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/** Keeps every call until the test answers it, or answers by a rule after a while. */
final class ScriptedApi implements Api {
  /** A call that was started. */
  final class Call {
    final ApiCall what;
    final long startedMs;
    private final Consumer<ApiAnswer> onAnswer;

    private Call(ApiCall what, Consumer<ApiAnswer> onAnswer) {
      this.what = what;
      this.startedMs = time.millis();
      this.onAnswer = onAnswer;
    }

    boolean isLogin() {
      return what instanceof ApiCall.Login;
    }

    /** The user name and the key of a login with a key; null for any other call. */
    String keyLogin() {
      return what instanceof ApiCall.Login login
              && login.credentials() instanceof Credentials.SecureKey given
          ? given.username() + " " + given.securekey().reveal()
          : null;
    }

    /** The session that it ends; null for any other call. */
    String logsOut() {
      return what instanceof ApiCall.Logout logout ? logout.apiToken().reveal() : null;
    }

    /** The key it is to remove. */
    String key() {
      return ((ApiCall.RemoveApiKey) what).apiSecurekey().reveal();
    }

    /** The session it was made with. */
    String token() {
      return ((ApiCall.RemoveApiKey) what).apiToken().reveal();
    }

    void answer(ApiAnswer answer) {
      if (!open.remove(this)) {
        throw new IllegalStateException("answered before");
      }
      onAnswer.accept(answer);
    }
  }

  /** All calls, in the order in which they were started. */
  final List<Call> calls = new ArrayList<>();

  private final Set<Call> open = new LinkedHashSet<>();
  private final Time time;
  private Function<Call, ApiAnswer> rule;
  private long takesMs;
  private int mostOpen;

  ScriptedApi(Time time) {
    this.time = time;
  }

  @Override
  public void call(ApiCall what, Consumer<ApiAnswer> onAnswer) {
    Call call = new Call(what, onAnswer);
    calls.add(call);
    open.add(call);
    mostOpen = Math.max(mostOpen, open.size());
    if (rule != null) {
      time.after(takesMs, () -> answerByRule(call));
    }
  }

  /** From now on calls are answered by this rule, as it is when their time is up. */
  void rule(long ms, Function<Call, ApiAnswer> newRule) {
    takesMs = ms;
    rule = newRule;
  }

  /** From now on calls are kept. */
  void keep() {
    rule = null;
  }

  List<Call> open() {
    return List.copyOf(open);
  }

  int mostOpen() {
    return mostOpen;
  }

  /** The one call under way. */
  Call only() {
    if (open.size() != 1) {
      throw new AssertionError(open.size() + " calls are under way");
    }
    return open.iterator().next();
  }

  void answerAll(ApiAnswer answer) {
    open().forEach(call -> call.answer(answer));
  }

  /** How many calls were started in {@code [fromMs, toMs)}. */
  long startedBetween(long fromMs, long toMs) {
    return calls.stream().filter(c -> c.startedMs >= fromMs && c.startedMs < toMs).count();
  }

  private void answerByRule(Call call) {
    if (open.contains(call)) {
      call.answer(rule.apply(call));
    }
  }
}
