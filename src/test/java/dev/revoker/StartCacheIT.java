package dev.revoker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The AOT cache that the build leaves in target/revoker: a worker starts from it; where it does not
 * fit, the worker starts without it and prints nothing. No start writes a file, so two at once, a
 * read-only folder and a kill are no special cases.
 */
@Timeout(120)
class StartCacheIT {
  @TempDir private Path temp;
  private Path home;
  private Path cache;

  @BeforeEach
  void copyTheFolder() throws Exception {
    Path built = Path.of("target/revoker");
    assumeTrue(Runtime.version().feature() >= 25, "older Javas have no such cache");
    assertThat(built.resolve("revoker.aot")).as("the cache of the build").isNotEmptyFile();
    home = temp.resolve("revoker");
    cache = home.resolve("revoker.aot");
    Process copy = new ProcessBuilder("cp", "-a", built.toString(), home.toString()).start();
    assertThat(copy.waitFor()).isZero();
  }

  @Test
  void aCopiedFolderStartsFromItsCacheAndStaysAsItIs() throws Exception {
    List<String> before = files();

    assertThat(sourceOfApp()).isEqualTo("source: shared objects file");
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void aCacheThatDoesNotFitIsIgnoredInSilence() throws Exception {
    Path jar = home.resolve("lib/revoker.jar");
    FileTime built = Files.getLastModifiedTime(jar);
    Files.setLastModifiedTime(jar, FileTime.fromMillis(built.toMillis() + 60_000));
    assertThat(sourceOfApp()).as("with a newer jar").startsWith("source: file:");

    Files.setLastModifiedTime(jar, built);
    try (FileChannel half = FileChannel.open(cache, StandardOpenOption.WRITE)) {
      half.truncate(half.size() / 2);
    }
    assertThat(sourceOfApp()).as("with half a file").startsWith("source: file:");

    Files.writeString(cache, "no cache at all");
    assertThat(sourceOfApp()).as("with another file").startsWith("source: file:");
  }

  /** Where the JVM of a worker finds our main class. The worker only prints its help. */
  private String sourceOfApp() throws Exception {
    Path classes = temp.resolve("classes.log");
    Files.deleteIfExists(classes);
    Path err = temp.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(home.resolve("bin/revoker").toString(), "worker", "--help")
            .redirectOutput(temp.resolve("out").toFile())
            .redirectError(err.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("REVOKER_"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("REVOKER_JAVA_OPTS", "-Xlog:class+load:file=" + classes);
    Process worker = builder.start();
    assertThat(worker.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(worker.exitValue()).isZero();
    assertThat(err).isEmptyFile();
    assertThat(temp.resolve("out")).content().contains("Usage: revoker worker");
    try (Stream<String> lines = Files.lines(classes)) {
      return lines
          .filter(line -> line.contains(" dev.revoker.App "))
          .map(line -> line.substring(line.indexOf("source:")))
          .findFirst()
          .orElseThrow();
    }
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.walk(home)) {
      return files.map(Path::toString).sorted().toList();
    }
  }
}
