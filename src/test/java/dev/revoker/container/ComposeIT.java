package dev.revoker.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.revoker.model.Secret;
import dev.revoker.model.Source;
import dev.revoker.sandbox.AccountFile;
import dev.revoker.sandbox.ResultLog;
import dev.revoker.sandbox.Submitter;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** docker-compose.yml as a user runs it, under a name and on ports of its own. */
@NeedsEngine
class ComposeIT {
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void choose() throws IOException {
    environment.put("REVOKER_IMAGE", Cli.image());
    environment.put("COMPOSE_PROJECT_NAME", "revoker-test");
    for (String port : List.of("KAFKA_PORT", "SANDBOX_PORT", "PROMETHEUS_PORT")) {
      try (ServerSocket socket = new ServerSocket(0)) {
        environment.put(port, Integer.toString(socket.getLocalPort()));
      }
    }
  }

  @AfterEach
  void down() {
    compose("down", "--volumes", "--timeout", "15");
  }

  @Test
  void comesUpHealthyAndRevokesAKey() throws IOException {
    compose("up", "--wait", "--no-build");
    assertThat(compose("ps", "--format", "{{.Service}} {{.Health}}").lines().sorted())
        .containsExactly(
            "kafka healthy",
            "prometheus healthy",
            "sandbox healthy",
            "worker healthy",
            "worker healthy");

    String brokers = "localhost:" + environment.get("KAFKA_PORT");
    Secret key =
        AccountFile.read(Path.of("deploy/compose/accounts.json")).getFirst().keys().getFirst();
    try (Submitter submitter = new Submitter(brokers);
        ResultLog results = new ResultLog(brokers, Surroundings.RESULTS)) {
      Source sent =
          submitter.send(Surroundings.URGENT, List.of(Submitter.request(key, Map.of()))).getFirst();
      await().atMost(Surroundings.PATIENCE).until(() -> results.count() == 1);
      ResultLog.Entry result = results.all().getFirst();
      assertThat(result.value().at("/source/offset").longValue()).isEqualTo(sent.offset());
      assertThat(result.outcome()).isEqualTo("revoked");
      assertThat(result.lane()).isEqualTo("urgent");
    }
  }

  private String compose(String... arguments) {
    List<String> command = new ArrayList<>(List.of("docker", "compose"));
    command.addAll(Arrays.asList(arguments));
    return Cli.run(environment, command.toArray(String[]::new));
  }
}
