package dev.revoker.resilience;

import static dev.revoker.resilience.ApiAnswers.DONE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.api.ApiAnswer;
import dev.revoker.api.ApiCall;
import dev.revoker.model.Secret;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** At a stop the worker ends the sessions that it opened, and no others. */
class LogoutTest {
  private static Rig withSessions() {
    Rig rig = Rig.withDefaults();
    rig.ask(Ask.in("urgent"));
    rig.ask(Ask.in("urgent").token("0e11"));
    rig.api.answerAll(DONE);
    for (String account : List.of("acme", "other")) {
      rig.ask(Ask.in("urgent").of(account));
      rig.api.only().answer(ApiAnswers.session("70ce" + (account.equals("acme") ? "01" : "02")));
      rig.api.only().answer(DONE);
    }
    return rig;
  }

  @Test
  void sessionsThatALoginOpenedAreLoggedOutInParallel() {
    Rig rig = withSessions();
    CompletableFuture<Integer> done = rig.dispatcher.logOut();
    assertThat(rig.api.open().stream().map(call -> call.what))
        .as("not the account's own token, and not the caller's")
        .containsExactlyInAnyOrder(
            new ApiCall.Logout(Secret.of("70ce01")), new ApiCall.Logout(Secret.of("70ce02")));
    rig.api.open().getFirst().answer(DONE);
    assertThat(done).isNotDone();
    rig.api.only().answer(new ApiAnswer.NoAnswer("timed out"));
    assertThat(done).isCompletedWithValue(1);
    assertThat(rig.bugs).isEmpty();
  }

  @Test
  void aLogoutNeedsNoPermit() {
    Rig rig = withSessions();
    rig.breakApi();
    rig.dispatcher.logOut();
    assertThat(rig.api.open()).hasSize(2);
  }

  @Test
  void withoutSessionsALogoutIsDoneAtOnce() {
    Rig rig = Rig.withDefaults();
    assertThat(rig.dispatcher.logOut()).isCompletedWithValue(0);
    assertThat(rig.api.calls).isEmpty();
  }

  @Test
  void aSessionIsLoggedOutOfOnce() {
    Rig rig = withSessions();
    rig.dispatcher.logOut();
    rig.api.answerAll(DONE);
    rig.dispatcher.logOut();
    assertThat(rig.api.open()).isEmpty();
  }
}
