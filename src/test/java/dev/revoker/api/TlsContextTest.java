package dev.revoker.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.config.TlsContext;
import dev.revoker.engine.Logged;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file of {@code api.ssl.*} that changes while calls go on. */
class TlsContextTest {
  @TempDir Path folder;

  /** A store takes longer to load than a connection to make, and all connections wait for it. */
  @Test
  void aFileThatCannotBeLoadedIsReadOnceForEachChange() throws IOException {
    Path file = new TestCertificates(folder).trustFile("PEM");
    byte[] good = Files.readAllBytes(file);
    TlsContext tls = context(file);
    SSLContext before = tls.current();
    write(file, new byte[good.length], 1);

    assertThat(Logged.by(TlsContext.class, () -> assertStays(tls, before))).hasSize(1);
    // Nothing but reading the file again can tell that it is whole now.
    write(file, good, 1);
    assertStays(tls, before);
    write(file, good, 2);
    assertThat(tls.current()).isNotSameAs(before);
  }

  @Test
  void aMissingFileIsReportedOnce() throws IOException {
    Path file = new TestCertificates(folder).trustFile("PEM");
    TlsContext tls = context(file);
    SSLContext before = tls.current();
    Files.delete(file);

    assertThat(Logged.by(TlsContext.class, () -> assertStays(tls, before))).hasSize(1);
    assertThat(Logged.by(DefaultSslEngineFactory.class, () -> assertStays(tls, before))).isEmpty();
  }

  private static TlsContext context(Path file) {
    return new TlsContext(
        Map.of("ssl.truststore.location", file.toString(), "ssl.truststore.type", "PEM"));
  }

  private static void assertStays(TlsContext tls, SSLContext before) {
    for (int i = 0; i < 3; i++) {
      try {
        assertThat(tls.current()).isSameAs(before);
      } catch (IOException failed) {
        throw new AssertionError(failed);
      }
    }
  }

  /** In place. */
  private static void write(Path file, byte[] content, int day) throws IOException {
    Files.write(file, content);
    Files.setLastModifiedTime(file, FileTime.fromMillis(day * 86_400_000L));
  }
}
