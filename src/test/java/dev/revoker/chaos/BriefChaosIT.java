package dev.revoker.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.chaos.Disturbance.Kind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * In every {@code mvn verify}, under a minute: a SIGTERM, two kill -9, one of them in an outage,
 * and expired sessions; with time-outs that a slow machine can keep, and with a purge of answered
 * requests, which may lose none.
 */
class BriefChaosIT {
  private static final ChaosSchedule SCHEDULE =
      new ChaosSchedule(
          1,
          1,
          "classic",
          2,
          List.of(
              new Disturbance(Kind.STOP_WORKER, 0, 600, 0),
              new Disturbance(Kind.KILL_WORKER, 1, 50, 0),
              new Disturbance(Kind.OUTAGE, 0, 0, 700),
              new Disturbance(Kind.KILL_WORKER, 0, 0, 300),
              new Disturbance(Kind.API_WELL, 0, 100, 0),
              new Disturbance(Kind.EXPIRE_SESSIONS, 0, 150, 0)));

  private static final Map<String, String> PATIENT =
      Map.of(
          "consumer.session.timeout.ms", "6000",
          "producer.transaction.timeout.ms", "5000",
          "producer.delivery.timeout.ms", "5000",
          "producer.request.timeout.ms", "2500",
          "purge.answered.after.ms", "300");

  @Test
  void everyGuaranteeHolds() throws Exception {
    ChaosReport report = new ChaosRun(SCHEDULE, "-Dit.test=BriefChaosIT", PATIENT).perform();

    assertThat(report.violations()).isEmpty();
    assertThat(report.guarantees()).allMatch(one -> one.asked() > 0);
  }
}
