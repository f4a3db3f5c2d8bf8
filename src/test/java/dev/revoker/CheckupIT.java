package dev.revoker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.cli.CheckCommand.Finding;
import dev.revoker.config.ConfigLoader;
import dev.revoker.config.Loaded;
import dev.revoker.sandbox.Broker;
import dev.revoker.sandbox.ResultLog;
import dev.revoker.sandbox.SharedBroker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@code check} finds on a real broker, and that it leaves nothing behind. */
@Timeout(120)
class CheckupIT {
  private static Broker broker;

  @BeforeAll
  static void start() {
    broker = SharedBroker.get();
    broker.createTopic("check-urgent", 1, Map.of("compression.type", "uncompressed"));
    broker.createTopic("check-standard", 1, Map.of("compression.type", "uncompressed"));
    broker.createTopic("check-results", 1, Map.of());
  }

  @Test
  void everyRightIsTriedAndNothingIsLeft() throws Exception {
    assertThat(check(Map.of()))
        .contains(
            new Finding("brokers", true, broker.bootstrapServers() + " reachable"),
            new Finding("topic check-results", true, "exists"),
            new Finding("transactions", true, "can be made"),
            new Finding("group checked", true, "offsets of check-urgent can be committed"),
            new Finding("group checked", true, "offsets of check-standard can be committed"),
            new Finding("topic check-results", true, "can be written to in a transaction"),
            new Finding("topic check-results", true, "can be read, for the memory of revoked keys"),
            new Finding("ops.listen", true, "127.0.0.1:0 is free"),
            new Finding("api", false, "127.0.0.1:1 refused the connection"),
            new Finding("account main", false, "not tried: no way to the API"));
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
        ResultLog results = new ResultLog(broker.bootstrapServers(), "check-results")) {
      assertThat(
              admin
                  .listConsumerGroupOffsets("checked")
                  .partitionsToOffsetAndMetadata()
                  .get()
                  .values())
          .allMatch(java.util.Objects::isNull);
      assertThat(results.count()).isZero();
    }
  }

  @Test
  void aTransactionTimeoutBeyondTheBrokersIsFound() {
    assertThat(check(Map.of("REVOKER_PRODUCER_TRANSACTION_TIMEOUT_MS", "3600000")))
        .contains(
            new Finding(
                "transactions",
                false,
                "producer.transaction.timeout.ms (3600000) exceeds the brokers'"
                    + " transaction.max.timeout.ms"));
  }

  @Test
  void anAddressThatIsTakenIsFound() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(check(Map.of("REVOKER_OPS_LISTEN", "127.0.0.1:" + taken.getLocalPort())))
          .filteredOn(finding -> finding.what().equals("ops.listen"))
          .singleElement()
          .satisfies(
              finding -> {
                assertThat(finding.status()).isEqualTo(Finding.Status.FAILED);
                assertThat(finding.why()).contains("cannot listen there");
              });
    }
  }

  private static List<Finding> check(Map<String, String> more) {
    Map<String, String> environment = new HashMap<>();
    environment.put("REVOKER_BOOTSTRAP_SERVERS", broker.bootstrapServers());
    environment.put("REVOKER_GROUP_ID", "checked");
    environment.put("REVOKER_LANE_URGENT_TOPIC", "check-urgent");
    environment.put("REVOKER_LANE_STANDARD_TOPIC", "check-standard");
    environment.put("REVOKER_RESULTS_TOPIC", "check-results");
    environment.put("REVOKER_OPS_LISTEN", "127.0.0.1:0");
    environment.put("REVOKER_API_BASE_URL", "http://127.0.0.1:1");
    environment.put("REVOKER_ACCOUNTS", "main");
    environment.put("REVOKER_ACCOUNT_MAIN_USERNAME", "u");
    environment.put("REVOKER_ACCOUNT_MAIN_PASSWORD", "a-password");
    environment.putAll(more);
    List<Finding> findings = new ArrayList<>();
    new Checkup(((Loaded.Valid) ConfigLoader.load(null, environment)).config(), findings::add)
        .run();
    return findings;
  }
}
