package dev.revoker.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** No key, token or password is in a result, a log, a metric, an endpoint or an argument. */
final class NoSecretOutside extends ChaosGuarantee {
  private final Stage stage;

  NoSecretOutside(Stage stage, Evidence evidence) {
    super(evidence);
    this.stage = stage;
  }

  @Override
  void onAnswer(ObservedResult answer, String text) {
    int at = evidence.secrets.indexIn(text);
    askOf(answer.source(), at < 0, () -> "in the result at character " + at);
  }

  @Override
  void sample() throws Exception {
    for (Stage.Slot worker : stage.running()) {
      for (String path : List.of("/metrics", "/livez", "/readyz")) {
        String body = stage.get(worker, path);
        ask(evidence.secrets.indexIn(body) < 0, () -> "in " + path + " of " + worker);
      }
      try {
        String arguments = Files.readString(Path.of("/proc/" + worker.process.pid() + "/cmdline"));
        ask(evidence.secrets.indexIn(arguments) < 0, () -> "among the arguments of " + worker);
      } catch (IOException ended) {
        // The process ended meanwhile.
      }
    }
  }

  @Override
  void atEnd() throws Exception {
    for (Path log : stage.logs()) {
      Long line = evidence.secrets.lineIn(log);
      ask(line == null, () -> "in " + log.getFileName() + ", line " + line);
    }
  }
}
