package dev.revoker.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The loop and the meters look at any time, on any thread. */
class GaugeReadTest {
  static List<Consumer<Dispatcher>> looks() {
    return List.of(
        Dispatcher::intakeRoom,
        Dispatcher::apiUp,
        Dispatcher::throttledUntil,
        dispatcher -> dispatcher.inFlight("urgent"),
        dispatcher -> dispatcher.waiting("urgent"));
  }

  @ParameterizedTest
  @MethodSource("looks")
  void readingTheGaugesBlocksNoCall(Consumer<Dispatcher> look) throws InterruptedException {
    Rig rig = Rig.withDefaults();
    Thread looker = Thread.ofVirtual().start(() -> look.accept(rig.dispatcher));
    looker.join();
    assertTimeoutPreemptively(Duration.ofSeconds(5), () -> rig.ask("urgent"));
    assertThat(rig.api.open()).hasSize(1);
  }
}
