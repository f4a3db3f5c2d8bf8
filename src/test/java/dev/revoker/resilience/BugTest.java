package dev.revoker.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.revoker.api.Api;
import dev.revoker.api.ApiAnswer;
import dev.revoker.model.Result;
import dev.revoker.time.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * A bug is reported at once, wherever it happens: nothing continues with a state that may be wrong.
 */
class BugTest {
  private final List<String> reported = new ArrayList<>();
  private final ManualTime time = new ManualTime();

  @Test
  void anApiThatThrowsIsReportedAsABug() {
    Dispatcher dispatcher =
        dispatcher(
            (call, onAnswer) -> {
              throw new IllegalStateException("no threads left");
            });
    assertThatThrownBy(() -> dispatcher.admit(Ask.in("urgent").request(0), new Asked()))
        .hasMessage("no threads left");
    assertThat(reported).containsExactly("no threads left, room to ask");
  }

  @Test
  void aCallerThatThrowsIsReportedAsABug() {
    ScriptedApi api = new ScriptedApi(time);
    Dispatcher dispatcher = dispatcher(api);
    dispatcher.admit(
        Ask.in("urgent").request(0),
        new RequestProcessor.Caller() {
          @Override
          public void answered(Result result) {
            throw new IllegalStateException("queue is full");
          }

          @Override
          public void withdrawn() {}
        });
    assertThatThrownBy(() -> api.only().answer(ApiAnswers.DONE)).hasMessage("queue is full");
    assertThat(reported).containsExactly("queue is full, room to ask");
  }

  @Test
  void aSecondAnswerToACallIsReportedAsABug() {
    List<Consumer<ApiAnswer>> calls = new ArrayList<>();
    Dispatcher dispatcher = dispatcher((call, onAnswer) -> calls.add(onAnswer));
    dispatcher.admit(Ask.in("urgent").request(0), new Asked());
    calls.getFirst().accept(ApiAnswers.DONE);
    assertThatThrownBy(() -> calls.getFirst().accept(ApiAnswers.DONE))
        .isInstanceOf(IllegalStateException.class);
    assertThat(reported).hasSize(1);
  }

  @Test
  void aRequestOfAnAccountThatIsNotConfiguredIsReportedAsABug() {
    Dispatcher dispatcher = dispatcher(new ScriptedApi(time));
    assertThatThrownBy(
            () -> dispatcher.admit(Ask.in("urgent").of("nobody").request(0), new Asked()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(reported).hasSize(1);
  }

  private Dispatcher dispatcher(Api api) {
    Dispatcher[] made = new Dispatcher[1];
    made[0] =
        new Dispatcher(
            new Settings().build(), api, Dispatcher.Memory.NONE, new Teller(made), time, () -> 0);
    return made[0];
  }

  private final class Teller implements Dispatcher.Listener {
    private final Dispatcher[] dispatcher;

    Teller(Dispatcher[] dispatcher) {
      this.dispatcher = dispatcher;
    }

    @Override
    public void apiCalled(String result, long nanos) {}

    @Override
    public void loggedIn(String account, String result) {}

    @Override
    public void protectedKeyRequested(String lane) {}

    @Override
    public void intakeChanged() {}

    @Override
    public void broken(Throwable bug) {
      reported.add(bug.getMessage() + ", " + room());
    }

    /** Another thread can ask: the lock is free. */
    private String room() {
      List<Integer> room = new ArrayList<>();
      Thread asks = Thread.ofVirtual().start(() -> room.add(dispatcher[0].intakeRoom()));
      try {
        asks.join(Duration.ofSeconds(5));
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      return room.isEmpty() ? "locked" : "room to ask";
    }
  }
}
