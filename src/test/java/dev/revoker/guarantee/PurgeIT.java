package dev.revoker.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Secret;
import dev.revoker.sandbox.Broker;
import dev.revoker.sandbox.WorkerProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** CONTRACT 9: with a purge, answered keys do not stay on the brokers' disks. */
class PurgeIT {
  /** The files of a log are deleted as a whole, so the last one must be closed soon. */
  private static final Broker.Options QUICK_LOGS =
      Broker.Options.with(
          Map.of(
              "log.roll.ms", "500",
              "log.initial.task.delay.ms", "500",
              "log.retention.check.interval.ms", "500",
              "log.segment.delete.delay.ms", "100"));

  @Test
  void answeredKeysLeaveTheBrokersFiles() throws IOException {
    Map<String, String> settings = Map.of("purge.answered.after.ms", "1000", "max.in.flight", "8");
    try (Broker broker = Broker.start(QUICK_LOGS);
        Scene scene = new Scene(settings, broker)) {
      Path folder = broker.node(1).log().getParent();
      List<Secret> keys = scene.submitKeys("standard", 50, Map.of());
      assertThat(found(folder, keys)).as("keys in the broker's files before").isEqualTo(50);
      WorkerProcess worker = scene.worker();
      scene.awaitResults(50);

      // Later requests make the broker close the files of earlier ones.
      scene.awaitUntil(
          () -> {
            scene.submitKeys("standard", 5, Map.of());
            scene.awaitResults(scene.sent());
            return found(folder, keys) == 0;
          });
      scene.awaitExactlyOneResultEach();
      assertThat(scene.outcomes()).containsOnlyKeys("revoked");
      assertThat(worker.stop()).isZero();
    }
  }

  /** How many of the keys are in any file below the folder. */
  private static long found(Path folder, List<Secret> keys) throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        try {
          all.append(Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException deletedMeanwhile) {
          // That is what the test waits for.
        }
      }
    }
    String content = all.toString();
    return keys.stream().filter(key -> content.contains(key.reveal())).count();
  }
}
