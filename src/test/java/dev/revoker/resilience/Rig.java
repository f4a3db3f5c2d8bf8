package dev.revoker.resilience;

import dev.revoker.model.Result.RevokedBy;
import dev.revoker.time.ManualTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/** A dispatcher on a clock and an API of the test's; no threads. */
final class Rig implements Dispatcher.Listener {
  /** Answers what the test has put into it; what it has not is kept until the test answers. */
  static final class FakeMemory implements Dispatcher.Memory {
    final List<Consumer<RevokedBy>> asked = new ArrayList<>();
    Dispatcher.Memory rule = NONE;

    /** From now on questions are kept. */
    void keep() {
      rule = (fingerprint, answer) -> asked.add(answer);
    }

    @Override
    public void find(String keyFingerprint, Consumer<RevokedBy> answer) {
      rule.find(keyFingerprint, answer);
    }
  }

  final FakeMemory memory = new FakeMemory();
  final ManualTime time = new ManualTime();
  final ScriptedApi api = new ScriptedApi(time);
  final List<String> ended = new ArrayList<>();
  final List<Long> tookNanos = new ArrayList<>();
  final List<String> logins = new ArrayList<>();
  final List<String> protectedKeys = new ArrayList<>();
  final List<Throwable> bugs = new ArrayList<>();
  final Dispatcher dispatcher;
  Runnable onIntakeChange = () -> {};
  private long offset;

  Rig(Settings settings) {
    // The longest back-off that the jitter gives, so that tests can count on it.
    this.dispatcher =
        new Dispatcher(settings.build(), api, memory, this, time, () -> 0.999_999_999);
    dispatcher.rateShare(1, Integer.MAX_VALUE);
  }

  static Rig withDefaults() {
    return new Rig(new Settings());
  }

  Asked ask(Ask ask) {
    Asked asked = new Asked();
    dispatcher.admit(ask.request(offset++), asked);
    return asked;
  }

  Asked ask(String lane) {
    return ask(Ask.in(lane));
  }

  List<Asked> ask(int count, Ask ask) {
    List<Asked> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(ask(ask));
    }
    return all;
  }

  void withdraw(Asked... asked) {
    withdraw(List.of(asked));
  }

  void withdraw(Collection<Asked> asked) {
    dispatcher.withdraw(asked);
  }

  /**
   * Makes the breaker open, by requests that fail and are then taken back, so that nothing waits.
   */
  void breakApi() {
    List<Asked> victims = new ArrayList<>();
    for (int i = 0; i < 20 && dispatcher.apiUp(); i++) {
      victims.addAll(ask(5, Ask.in("standard")));
      api.answerAll(ApiAnswers.FAILED);
    }
    withdraw(victims);
    api.answerAll(ApiAnswers.FAILED);
    if (dispatcher.apiUp()) {
      throw new AssertionError("the breaker is closed");
    }
  }

  @Override
  public void apiCalled(String result, long nanos) {
    ended.add(result);
    tookNanos.add(nanos);
  }

  @Override
  public void loggedIn(String account, String result) {
    logins.add(account + " " + result);
  }

  @Override
  public void protectedKeyRequested(String lane) {
    protectedKeys.add(lane);
  }

  @Override
  public void intakeChanged() {
    onIntakeChange.run();
  }

  @Override
  public void broken(Throwable bug) {
    bugs.add(bug);
  }
}
