package dev.revoker.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.api.ApiAnswer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever happens in whatever order: requests come and are taken back, calls are answered, time
 * goes on. After every step the books balance, and in the end every request was called back exactly
 * once. A seed repeats a run.
 */
class RandomTrafficTest {
  private static final List<ApiAnswer> REMOVALS =
      List.of(
          ApiAnswers.DONE,
          ApiAnswers.DONE,
          ApiAnswers.NOT_FOUND,
          ApiAnswers.FAILED,
          ApiAnswers.NO_ANSWER,
          ApiAnswers.NO_CONNECTION,
          ApiAnswers.THROTTLED,
          ApiAnswers.throttled(0),
          ApiAnswers.throttled(700),
          ApiAnswers.BAD_TOKEN,
          ApiAnswers.UNHANDLED,
          ApiAnswers.refused("INVALID_QUERY"),
          new ApiAnswer.Unexpected(404, "no such page"),
          new ApiAnswer.Failed(503, 2_000L));
  private static final List<ApiAnswer> LOGINS =
      List.of(
          ApiAnswers.session("70ce"),
          ApiAnswers.session("70cf"),
          ApiAnswers.refused("LOGIN_INVALID"),
          ApiAnswers.FAILED,
          ApiAnswers.NO_ANSWER,
          ApiAnswers.THROTTLED,
          ApiAnswers.UNHANDLED,
          ApiAnswers.DONE,
          new ApiAnswer.Unexpected(401, "no"));

  private static final List<String> LANES = List.of("urgent", "standard", "bulk");

  private Random random;
  private Rig rig;
  private int slots;
  private final List<Asked> all = new ArrayList<>();

  static LongStream seeds() {
    return LongStream.range(0, 300);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void theInvariantsHoldAfterEveryStepAndEveryCallerIsCalledOnce(long seed) {
    random = new Random(seed);
    begin();
    for (int step = 0; step < 400; step++) {
      step();
      check();
    }
    // The API is well again, and time runs on.
    for (int round = 0; round < 400 && all.stream().anyMatch(Asked::isOpen); round++) {
      rig.api.open().forEach(this::answerWell);
      rig.time.advanceMs(5_000);
      check();
    }
    assertThat(all).noneMatch(Asked::isOpen);
    assertThat(rig.api.open()).isEmpty();
    for (String lane : LANES) {
      assertThat(rig.dispatcher.inFlight(lane)).isZero();
      assertThat(rig.dispatcher.waiting(lane)).isZero();
    }
  }

  private void begin() {
    slots = 1 + random.nextInt(8);
    Settings settings =
        new Settings()
            .maxInFlight(slots)
            .reserved(slots > 2 ? 1 : 0, slots > 3 ? 1 : 0, 0)
            .maxAttempts(1 + random.nextInt(6))
            .minimumCalls(1 + random.nextInt(6))
            .halfOpenCalls(1 + random.nextInt(4))
            .openWaitMs(1 + random.nextInt(3_000))
            .loginRetryMs(1 + random.nextInt(5_000))
            .holdMaxMs(random.nextBoolean() ? 0 : 1 + random.nextInt(20_000))
            .ratePerSecond(random.nextBoolean() ? 0 : 1 + random.nextInt(200));
    rig = new Rig(settings);
  }

  private void step() {
    switch (random.nextInt(10)) {
      case 0, 1, 2 -> all.add(rig.ask(ask()));
      case 3 -> {
        if (!all.isEmpty()) {
          rig.withdraw(all.get(random.nextInt(all.size())));
        }
      }
      case 4 -> rig.time.advanceMs(random.nextInt(4_000));
      case 5 -> rig.time.runNext();
      default -> {
        List<ScriptedApi.Call> open = rig.api.open();
        if (!open.isEmpty()) {
          ScriptedApi.Call call = open.get(random.nextInt(open.size()));
          List<ApiAnswer> answers = call.isLogin() ? LOGINS : REMOVALS;
          call.answer(answers.get(random.nextInt(answers.size())));
        }
      }
    }
  }

  private Ask ask() {
    Ask ask =
        Ask.in(LANES.get(random.nextInt(3)))
            .of(List.of("acme", "other", "given").get(random.nextInt(3)));
    if (random.nextInt(8) == 0) {
      ask = ask.token("0e11");
    }
    return random.nextInt(4) == 0
        ? ask.notAfter(rig.time.now().plusMillis(random.nextInt(20_000)))
        : ask;
  }

  private void answerWell(ScriptedApi.Call call) {
    call.answer(call.isLogin() ? ApiAnswers.session("70d0") : ApiAnswers.DONE);
  }

  private void check() {
    assertThat(rig.bugs).isEmpty();
    assertThat(rig.api.mostOpen()).isLessThanOrEqualTo(slots);
    int inFlight = 0;
    for (String lane : LANES) {
      int ofLane = rig.dispatcher.inFlight(lane);
      assertThat(ofLane).isNotNegative();
      assertThat(rig.dispatcher.waiting(lane)).isNotNegative();
      inFlight += ofLane;
    }
    assertThat(inFlight).isEqualTo(rig.api.open().size());
    assertThat(rig.dispatcher.intakeRoom()).isNotNegative();
    long logins = rig.api.open().stream().filter(ScriptedApi.Call::isLogin).count();
    assertThat(logins).as("one for each account at most").isLessThanOrEqualTo(2);
    long open = all.stream().filter(Asked::isOpen).count();
    assertThat(open).isGreaterThanOrEqualTo(inFlight);
    // Nothing is lost sight of: with a call under way or a timer set, or else nothing to wait for.
    if (open > 0 && inFlight == 0) {
      assertThat(rig.time.timersSet()).isPositive();
    }
  }
}
