package dev.revoker.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A report replaces, changes and follows only a file that it may overwrite. */
class ReportFileTest {
  @TempDir Path temp;

  private Path keys;

  @BeforeEach
  void input() throws IOException {
    keys = Files.writeString(temp.resolve("keys.csv"), "the keys");
  }

  @Test
  void theInputIsRefusedByWhateverNameAndEvenWithOverwrite() throws Exception {
    Path soft = Files.createSymbolicLink(temp.resolve("soft.csv"), keys);
    Path hard = Files.createLink(temp.resolve("hard.csv"), keys);
    for (Path same :
        List.of(keys, soft, hard, temp.resolve("../" + temp.getFileName() + "/keys.csv"))) {
      assertThatThrownBy(() -> report(same, true))
          .hasMessageContaining("is the file that is submitted");
    }
    assertThat(keys).hasContent("the keys");
  }

  @Test
  void anExistingFileIsOnlyReplacedWithOverwrite() throws Exception {
    Path file = Files.writeString(temp.resolve("report.csv"), "earlier");
    assertThatThrownBy(() -> report(file, false))
        .hasMessageContaining("exists already", "--overwrite");
    assertThat(file).hasContent("earlier");

    write(report(file, true), "new");
    assertThat(file).hasContent("new");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  /** A script may have made it by mktemp. */
  @Test
  void anEmptyFileIsNotInTheWay() throws Exception {
    Path file = Files.createFile(temp.resolve("report.csv"));
    write(report(file, false), "new");
    assertThat(file).hasContent("new");
  }

  @Test
  void linksAreNotFollowed() throws Exception {
    Path victim = Files.writeString(temp.resolve("victim"), "precious");
    Path file = Files.createSymbolicLink(temp.resolve("report.csv"), victim);
    assertThatThrownBy(() -> report(file, false)).hasMessageContaining("exists already");

    write(report(file, true), "new");
    assertThat(victim).hasContent("precious");
    assertThat(file).hasContent("new");
    assertThat(Files.isSymbolicLink(file)).isFalse();
  }

  /** An earlier version wrote to X.part, where anybody could have put a link. */
  @Test
  void aFileBesideTheReportIsLeftAlone() throws Exception {
    Path victim = Files.writeString(temp.resolve("victim"), "precious");
    Files.createSymbolicLink(temp.resolve("report.csv.part"), victim);
    Path part = Files.writeString(temp.resolve("other.csv.part"), "mine");

    write(report(temp.resolve("report.csv"), false), "new");
    write(report(temp.resolve("other.csv"), false), "new");

    assertThat(victim).hasContent("precious");
    assertThat(part).hasContent("mine");
    assertThat(names()).doesNotContain(".tmp").hasSize(6);
  }

  @Test
  void aFileThatAppearsMeanwhileIsKeptAndSoIsTheReport() throws Exception {
    Path file = temp.resolve("report.csv");
    ReportFile report = report(file, false);

    assertThatThrownBy(
            () ->
                report.write(
                    written -> {
                      Files.writeString(written, "new");
                      Files.writeString(file, "somebody else's");
                    }))
        .hasMessageContaining("the report is in");

    assertThat(file).hasContent("somebody else's");
    assertThat(names()).filteredOn(name -> name.startsWith(".revoker-report-")).hasSize(1);
  }

  @Test
  void aFailedReportLeavesNothing() throws Exception {
    ReportFile report = report(temp.resolve("report.csv"), false);
    assertThatThrownBy(
            () ->
                report.write(
                    written -> {
                      throw new IOException("full");
                    }))
        .hasMessage("full");
    assertThat(names()).containsExactly("keys.csv");
  }

  @Test
  void aReportThatCannotBeWrittenIsRefusedAtOnce() {
    assertThatThrownBy(() -> report(temp.resolve("report.xlsx"), false))
        .hasMessageContaining(".csv");
    assertThatThrownBy(() -> report(temp.resolve("no/such/report.csv"), false))
        .hasMessageContaining("there is no such folder");
    assertThatThrownBy(() -> report(Files.createDirectory(temp.resolve("d.csv")), true))
        .hasMessageContaining("exists already");
  }

  private ReportFile report(Path file, boolean overwrite) throws Exception {
    try (InputFile input = InputFile.open(keys)) {
      return ReportFile.of(file, input, overwrite);
    }
  }

  private static void write(ReportFile report, String content) throws Exception {
    report.write(file -> Files.writeString(file, content));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(temp)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void standardInputIsAnotherFileThanTheReport() throws Exception {
    try (InputFile input = InputFile.copyOf(new ByteArrayInputStream(new byte[0]))) {
      assertThat(input.isSame(keys)).isFalse();
    }
  }
}
