package dev.revoker.resilience;

import static dev.revoker.resilience.ApiAnswers.DONE;
import static dev.revoker.resilience.ApiAnswers.FAILED;
import static dev.revoker.resilience.ApiAnswers.THROTTLED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.api.ApiAnswer;
import dev.revoker.model.Outcome;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A request that is taken back: exactly one of answered and withdrawn, in whatever phase it is. */
class WithdrawTest {
  @Test
  void oneThatWaitsForASlotGoesAtOnceAndIsNeverCalled() {
    Rig rig = new Rig(new Settings().maxInFlight(1).reserved(0, 0));
    rig.ask("standard");
    Asked asked = rig.ask("standard");
    rig.withdraw(asked);
    assertThat(asked.isWithdrawn()).isTrue();
    rig.api.only().answer(DONE);
    assertThat(rig.api.calls).hasSize(1);
  }

  @Test
  void oneInBackOffGoesAtOnceAndLeavesNoTimer() {
    Rig rig = Rig.withDefaults();
    Asked asked = rig.ask(Ask.in("standard").notAfter(rig.time.now().plusSeconds(60)));
    rig.api.only().answer(FAILED);
    rig.withdraw(asked);
    assertThat(asked.isWithdrawn()).isTrue();
    assertThat(rig.dispatcher.waiting("standard")).isZero();
    assertThat(rig.time.timersSet()).isZero();
  }

  @Test
  void oneThatWaitsForALoginGoesAtOnce() {
    Rig rig = Rig.withDefaults();
    rig.ask(Ask.in("standard").of("acme"));
    Asked asked = rig.ask(Ask.in("standard").of("acme"));
    rig.withdraw(asked);
    assertThat(asked.isWithdrawn()).isTrue();
    assertThat(rig.dispatcher.waiting("standard")).isZero();
    rig.api.only().answer(ApiAnswers.refused("LOGIN_INVALID"));
  }

  @Test
  void oneThatIsHeldOrRestsGoesAtOnce() {
    Rig rig = Rig.withDefaults();
    rig.breakApi();
    Asked held = rig.ask("standard");
    rig.withdraw(held);
    assertThat(held.isWithdrawn()).isTrue();
    Asked rests = rig.ask("standard");
    rig.time.advanceMs(10_000);
    rig.api.only().answer(FAILED);
    rig.withdraw(rests);
    assertThat(rests.isWithdrawn()).isTrue();
    assertThat(rig.dispatcher.waiting("standard")).isZero();
    assertThat(rig.time.timersSet()).isZero();
  }

  @Test
  void oneWhoseCallDecidesIsAnsweredAfterAll() {
    Rig rig = Rig.withDefaults();
    Asked asked = rig.ask("standard");
    rig.withdraw(asked);
    assertThat(asked.isOpen()).isTrue();
    rig.api.only().answer(DONE);
    assertThat(asked.outcome()).isEqualTo(Outcome.REVOKED);
  }

  static List<ApiAnswer> undecided() {
    return List.of(FAILED, ApiAnswers.NO_ANSWER, THROTTLED, ApiAnswers.UNHANDLED);
  }

  @ParameterizedTest
  @MethodSource("undecided")
  void oneWhoseCallDoesNotDecideIsWithdrawnWithIt(ApiAnswer answer) {
    Rig rig = Rig.withDefaults();
    Asked asked = rig.ask(Ask.in("standard").notAfter(rig.time.now().plusMillis(10)));
    rig.withdraw(asked);
    rig.time.advanceMs(100);
    rig.api.only().answer(answer);
    assertThat(asked.isWithdrawn()).isTrue();
    rig.time.advanceMs(100_000);
    assertThat(rig.api.calls).hasSize(1);
  }

  @Test
  void oneWhoseTokenExpiredMeanwhileIsWithdrawnWithIt() {
    Rig rig = Rig.withDefaults();
    Asked asked = rig.ask(Ask.in("standard").of("acme"));
    rig.api.only().answer(ApiAnswers.session("70ce"));
    rig.withdraw(asked);
    rig.api.only().answer(ApiAnswers.BAD_TOKEN);
    assertThat(asked.isWithdrawn()).isTrue();
    assertThat(rig.api.open()).isEmpty();
  }

  @Test
  void twiceIsAsGoodAsOnceAndAfterTheAnswerItIsNothing() {
    Rig rig = Rig.withDefaults();
    Asked asked = rig.ask("standard");
    rig.withdraw(asked, asked);
    rig.withdraw(asked);
    rig.api.only().answer(DONE);
    rig.withdraw(asked);
    assertThat(asked.isAnswered()).isTrue();
    assertThat(rig.bugs).isEmpty();
  }

  @Test
  void whatIsGoneTakesNoMemoryWhileOthersWait() {
    Rig rig = Rig.withDefaults();
    rig.ask("standard");
    rig.api.only().answer(ApiAnswers.throttled(3_600_000));
    for (int i = 0; i < 1_000; i++) {
      rig.withdraw(rig.ask(100, Ask.in("standard")));
    }
    assertThat(held(rig.dispatcher, new IdentityHashMap<>())).isLessThan(50);
  }

  /** How many tasks can be reached from here. */
  private static int held(Object from, IdentityHashMap<Object, Boolean> seen) {
    ArrayDeque<Object> todo = new ArrayDeque<>(List.of(from));
    int tasks = 0;
    while (!todo.isEmpty()) {
      Object next = todo.pop();
      if (seen.put(next, true) != null) {
        continue;
      }
      if (next instanceof Task) {
        tasks++;
      } else if (next instanceof Iterable<?> many) {
        many.forEach(todo::push);
      } else if (next instanceof Map<?, ?> map) {
        map.values().forEach(todo::push);
      } else if (next.getClass().getName().startsWith("dev.revoker.resilience")) {
        fieldsOf(next).forEach(todo::push);
      }
    }
    return tasks;
  }

  private static List<Object> fieldsOf(Object object) {
    List<Object> values = new ArrayList<>();
    for (Field field : object.getClass().getDeclaredFields()) {
      if (field.getType().isPrimitive() || Modifier.isStatic(field.getModifiers())) {
        continue;
      }
      try {
        field.setAccessible(true);
        Object value = field.get(object);
        if (value != null) {
          values.add(value);
        }
      } catch (ReflectiveOperationException e) {
        throw new AssertionError(e);
      }
    }
    return values;
  }
}
