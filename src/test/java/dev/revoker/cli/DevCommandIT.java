package dev.revoker.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code dev} as a process of its own. */
class DevCommandIT {
  private static final Pattern LOG = Pattern.compile("worker's log (.+)");

  @TempDir Path temp;

  /** SIGTERM and Ctrl-C end the JVM in the same way. */
  @Test
  void aStopDeletesTheLogAndDoesNotNameItAgain() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                // With the broker's jars, which a worker's class path does not have.
                System.getProperty("java.class.path"),
                "dev.revoker.App",
                "dev",
                "--keys",
                "1")
            .redirectOutput(temp.resolve("out").toFile())
            .redirectError(temp.resolve("err").toFile())
            .start();
    try {
      await()
          .atMost(Duration.ofSeconds(90))
          .until(() -> !process.isAlive() || read("out").contains("Ctrl-C stops everything."));
      String before = read("out");
      Matcher log = LOG.matcher(before);
      assertThat(log.find()).as(before + read("err")).isTrue();
      assertThat(Path.of(log.group(1))).exists();

      process.toHandle().destroy();

      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(Path.of(log.group(1))).doesNotExist();
      assertThat(read("out")).isEqualTo(before);
      assertThat(read("err")).doesNotContain("could not clean up", log.group(1));
    } finally {
      process.destroyForcibly();
    }
  }

  private String read(String name) {
    try {
      return Files.readString(temp.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
