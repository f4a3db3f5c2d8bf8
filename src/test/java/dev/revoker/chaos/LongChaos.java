package dev.revoker.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@code mvn -Pchaos verify -Dchaos.kills=200}: this number of kills, divided among one and three
 * brokers and both protocols, or among those of {@code -Dchaos.brokers} and {@code
 * -Dchaos.protocol}. {@code -Dchaos.seed} replays.
 */
@DisabledIfSystemProperty(named = "chaos.soak", matches = ".+")
class LongChaos {
  private static final Map<Disturbance.Kind, Long> DONE = new EnumMap<>(Disturbance.Kind.class);
  private static final Map<String, Long> ASKED = new TreeMap<>();
  private static final Map<String, Long> BROKEN = new TreeMap<>();

  record Scenario(long seed, int brokers, String protocol, int kills) {}

  static Stream<Scenario> scenarios() {
    List<Integer> brokers = chosen("chaos.brokers", "1,3").stream().map(Integer::valueOf).toList();
    List<String> protocols = chosen("chaos.protocol", "classic,consumer");
    int each = Integer.getInteger("chaos.kills", 200) / (brokers.size() * protocols.size());
    long seed = Long.getLong("chaos.seed", new Random().nextInt(1_000_000));
    List<Scenario> all = new ArrayList<>();
    for (int nodes : brokers) {
      for (String protocol : protocols) {
        all.add(new Scenario(seed, nodes, protocol, each));
      }
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void everyGuaranteeHolds(Scenario scenario) throws Exception {
    ChaosSchedule schedule =
        ChaosSchedule.of(
            scenario.seed(), scenario.brokers(), scenario.protocol(), scenario.kills());
    ChaosReport report =
        new ChaosRun(schedule, "-Pchaos " + schedule.replay(scenario.kills())).perform();
    report.done().forEach((kind, times) -> DONE.merge(kind, times, Long::sum));
    for (ChaosGuarantee one : report.guarantees()) {
      ASKED.merge(one.name(), one.asked(), Long::sum);
      BROKEN.merge(one.name(), one.broken(), Long::sum);
    }
    assertThat(report.violations()).isEmpty();
  }

  @AfterAll
  static void tell() {
    System.out.println("chaos, all together: " + DONE);
    System.out.println("chaos, asked: " + ASKED);
    System.out.println("chaos, violations: " + BROKEN);
  }

  private static List<String> chosen(String property, String otherwise) {
    return List.of(System.getProperty(property, otherwise).split(",", -1));
  }
}
