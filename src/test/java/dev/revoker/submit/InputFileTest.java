package dev.revoker.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputFileTest {
  @TempDir Path temp;

  @Test
  void aPipeCanBeReadAgainAndLeavesNoFile() throws Exception {
    long before = spools();
    byte[] content = "some\ncontent".getBytes(StandardCharsets.UTF_8);
    try (InputFile input = InputFile.copyOf(new ByteArrayInputStream(content))) {
      assertThat(spools()).isEqualTo(before);
      assertThat(input.fromStart().readAllBytes()).isEqualTo(content);
      assertThat(input.fromStart().readAllBytes()).isEqualTo(content);
    }
  }

  @Test
  void aFileThatIsReplacedMeanwhileIsStillReadAsItWas() throws Exception {
    Path file = Files.writeString(temp.resolve("keys"), "checked");
    try (InputFile input = InputFile.open(file)) {
      Files.move(
          Files.writeString(temp.resolve("other"), "another"),
          file,
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      assertThat(new String(input.fromStart().readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo("checked");
    }
  }

  @Test
  void unreadableFilesAreReported() {
    assertThatThrownBy(() -> InputFile.open(temp.resolve("none"))).hasMessageContaining("no file");
    assertThatThrownBy(() -> InputFile.open(temp)).hasMessageContaining("is a folder");
  }

  @ParameterizedTest
  @CsvSource({
    "968a8b637a5040159424872fffdb895b, true",
    "'968a8b637a5040159424872fffdb895b,leaked', true",
    "deadbeef, true",
    "\"\"\"968A8B63\"\"\", true",
    "{\"api_securekey\":\"x\"}, true",
    "keys-20261123.csv, false",
    "offboarding.csv, false",
    "-, false"
  })
  void textsThatMayBeKeysAreRecognized(String text, boolean looks) {
    assertThat(Console.looksLikeKey(text)).isEqualTo(looks);
  }

  private static long spools() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("revoker-submit-"))
          .count();
    }
  }
}
