package dev.revoker.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;

/** No worker ends by itself, except if its topic refuses results with a fatal error. */
final class NeverDies extends ChaosGuarantee {
  private final Stage stage;

  NeverDies(Stage stage, Evidence evidence) {
    super(evidence);
    this.stage = stage;
  }

  @Override
  void sample() throws IOException {
    for (Stage.Slot worker : stage.meantToRun()) {
      // Again, because a kill may have happened meanwhile.
      boolean gone =
          !worker.process.alive()
              && worker.meantToRun
              && !evidence.journal.any(
                  kind -> kind == Disturbance.Kind.REFUSE_PRODUCE,
                  Instant.now().minusSeconds(5),
                  Instant.now());
      ask(!gone, () -> worker + " ended by itself:\n" + lastLines(worker));
    }
  }

  private static String lastLines(Stage.Slot worker) {
    try {
      List<String> lines = Files.readAllLines(worker.process.log());
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
    } catch (IOException e) {
      return "its log can't be read: " + e.getMessage();
    }
  }
}
