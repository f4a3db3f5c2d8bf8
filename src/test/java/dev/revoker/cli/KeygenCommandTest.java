package dev.revoker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.JWKSet;
import dev.revoker.message.KeySet;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class KeygenCommandTest {
  @TempDir Path folder;
  private final StringWriter err = new StringWriter();
  private final StringWriter out = new StringWriter();
  private Path privateFile;
  private Path publicFile;

  @BeforeEach
  void files() {
    privateFile = folder.resolve("private.jwks");
    publicFile = folder.resolve("public.jwks");
  }

  @Test
  void thePrivateFileIsReadableByItsOwnerOnlyAndThePublicOneHasNoPrivatePart() throws Exception {
    assertThat(keygen("2026-12")).isZero();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(privateFile)))
        .isEqualTo("rw-------");
    KeySet.checkPrivate(privateFile);
    KeySet.checkPublic(publicFile);
    JWKSet shown = JWKSet.load(publicFile.toFile());
    assertThat(shown.getKeys()).noneMatch(key -> key.isPrivate());
    assertThat(shown.getKeys().getFirst().getKeyID()).isEqualTo("2026-12");
    assertThat(out.toString())
        .doesNotContain(
            JWKSet.load(privateFile.toFile()).getKeys().getFirst().toECKey().getD().toString());
  }

  @Test
  void noFileIsOverwrittenAndNoneIsLeftBehind() throws Exception {
    Files.writeString(publicFile, "mine");
    assertThat(keygen("k")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("--public: " + publicFile + " exists");
    assertThat(publicFile).hasContent("mine");
    assertThat(privateFile).doesNotExist();

    publicFile = folder.resolve("missing/public.jwks");
    assertThat(keygen("k")).isEqualTo(ExitCode.FAILED);
    assertThat(privateFile).doesNotExist();

    publicFile = privateFile;
    assertThat(keygen("k")).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void theNameIsPrintable() {
    assertThat(keygen("")).isEqualTo(ExitCode.USAGE);
    assertThat(keygen("\u00fc")).isEqualTo(ExitCode.USAGE);
    assertThat(keygen("k".repeat(129))).isEqualTo(ExitCode.USAGE);
    assertThat(privateFile).doesNotExist();
  }

  private int keygen(String kid) {
    return new CommandLine(new KeygenCommand())
        .setErr(new PrintWriter(err))
        .setOut(new PrintWriter(out))
        .execute("--kid", kid, "--out", privateFile.toString(), "--public", publicFile.toString());
  }
}
