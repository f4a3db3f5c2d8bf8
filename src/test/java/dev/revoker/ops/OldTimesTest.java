package dev.revoker.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.message.Fingerprints;
import dev.revoker.message.RequestReader;
import dev.revoker.message.ResultWriter;
import dev.revoker.model.Outcome;
import dev.revoker.model.Request;
import dev.revoker.model.Result;
import dev.revoker.model.Result.KeyState;
import dev.revoker.model.Source;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Zero times and other impossible times go through reader, meters and writer. */
class OldTimesTest {
  private static final Instant NOW = Instant.parse("2026-11-30T10:00:00Z");
  private static final String KEY = "feed0000000000000000000000000199";

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Meters meters = new Meters(registry, List.of("urgent"), List.of("acme"));
  private final RequestReader reader =
      new RequestReader(Set.of("acme"), "acme", new Fingerprints(null));
  private final ResultWriter writer = new ResultWriter("worker-1", "revoker");

  static Stream<String> records() throws IOException {
    return Files.readAllLines(Path.of("src/test/resources/records/old-requested-at.ndjson"))
        .stream();
  }

  @ParameterizedTest
  @MethodSource("records")
  void aZeroTimeIsEchoedAndItsAgeIsRecordedAsTheLongest(String record) {
    JsonNode result = answered(record, NOW);

    assertThat(result.get("requested_at").stringValue()).isIn((Object[]) record.split("\"", -1));
    assertThat(age()).isEqualTo(Meters.MAX_AGE.toSeconds());
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -1_000_000_000_000_000L, -62_135_596_800_000L, -1, 0})
  void aRecordTimestampInTheDeepPastCountsAsTheLongestAge(long timestampMs) {
    answered("{\"api_securekey\":\"" + KEY + "\"}", Instant.ofEpochMilli(timestampMs));

    assertThat(age()).isEqualTo(Meters.MAX_AGE.toSeconds());
  }

  @ParameterizedTest
  @ValueSource(strings = {"9999-12-31T23:59:59Z", "2026-11-30T10:00:00.001Z"})
  void aTimeInTheFutureCountsAsAgeZero(String requestedAt) {
    String record = "{\"api_securekey\":\"" + KEY + "\",\"requested_at\":\"" + requestedAt + "\"}";
    answered(record, NOW);

    assertThat(age()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE, 253_402_300_800_000L})
  void aRecordTimestampInTheFarFutureCountsAsAgeZero(long timestampMs) {
    answered("null", Instant.ofEpochMilli(timestampMs));

    assertThat(age()).isZero();
  }

  private JsonNode answered(String record, Instant timestamp) {
    Request request =
        reader.read(
            new Source("key-revocations", 0, 1),
            "urgent",
            record.getBytes(StandardCharsets.UTF_8),
            name -> null,
            timestamp,
            NOW);
    Result result =
        request instanceof Request.Invalid invalid
            ? Result.rejected(invalid, NOW)
            : new Result(request, Outcome.REVOKED, KeyState.INACTIVE, 204, null, 1, 0, NOW);
    meters.answered(result, NOW);
    return new JsonMapper().readTree(writer.value(result));
  }

  private double age() {
    Timer timer = registry.get("revoker.request.age").timer();
    assertThat(timer.count()).isOne();
    return timer.totalTime(TimeUnit.SECONDS);
  }
}
