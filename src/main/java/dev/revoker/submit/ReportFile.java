package dev.revoker.submit;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;

/**
 * The file of {@code --report}. It appears whole or not at all: the rows are written to a new file
 * in the same folder, with an unpredictable name and readable by its owner only, which is renamed
 * at the end. Other files are neither changed nor followed.
 */
final class ReportFile {
  private final Path file;
  private final String name;
  private final boolean overwrite;

  /** Writes the content. */
  @FunctionalInterface
  interface Content {
    void writeTo(Path file) throws IOException, CommandException;
  }

  private ReportFile(Path file, String name, boolean overwrite) {
    this.file = file;
    this.name = name;
    this.overwrite = overwrite;
  }

  /**
   * Checks that the report can be written, before anything is sent.
   *
   * @param overwrite whether it may replace a file
   * @throws CommandException where its name, its folder or a file of that name prevents it
   */
  static ReportFile of(Path file, InputFile input, boolean overwrite) throws CommandException {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    if (!name.matches(".*\\.(csv|json|ndjson|jsonl)")) {
      throw CommandException.usage(
          "--report: the file's name must end with .csv, .json, .ndjson or .jsonl");
    }
    ReportFile report = new ReportFile(file, name, overwrite);
    try {
      if (input.isSame(file)) {
        throw CommandException.usage("--report: " + file + " is the file that is submitted");
      }
      if (report.isInTheWay()) {
        throw CommandException.usage(
            "--report: " + file + " exists already; name another file, or give --overwrite");
      }
      Files.delete(report.newFile());
      return report;
    } catch (FileSystemException e) {
      throw CommandException.usage(
          "--report: no file can be made beside "
              + file
              + ": "
              + (Files.isDirectory(report.folder())
                  ? "this user may not write there"
                  : "there is no such folder"));
    } catch (IOException e) {
      throw CommandException.usage("--report: " + file + " cannot be written: " + e.getMessage());
    }
  }

  /** As given. */
  Path path() {
    return file;
  }

  boolean isCsv() {
    return name.endsWith(".csv");
  }

  /** Whether the JSON objects are in an array. */
  boolean isArray() {
    return name.endsWith(".json");
  }

  /**
   * Writes the content and puts the file in its place.
   *
   * @throws CommandException where another file has appeared there meanwhile; the report is kept
   *     under its temporary name
   */
  void write(Content content) throws IOException, CommandException {
    Path written = newFile();
    try {
      content.writeTo(written);
    } catch (IOException | RuntimeException | CommandException failed) {
      Files.delete(written);
      throw failed;
    }
    try {
      if (isInTheWay()) {
        throw new FileAlreadyExistsException(file.toString());
      }
      if (overwrite || Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        // Renames: a link in this place is replaced, and not followed.
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
      } else {
        place(written);
      }
    } catch (IOException e) {
      throw CommandException.failed(
          file + " could not be written or exists by now; the report is in " + written);
    }
  }

  /** A link is made only where no file is; not every file system has links. */
  private void place(Path written) throws IOException {
    try {
      Files.createLink(file, written);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (IOException | UnsupportedOperationException noLinks) {
      Files.move(written, file);
      return;
    }
    Files.delete(written);
  }

  /** An empty file, as mktemp makes it, is not in the way; a link always is. */
  private boolean isInTheWay() throws IOException {
    if (Files.isDirectory(file)) {
      return true;
    }
    return !overwrite
        && Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        && !(Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) == 0);
  }

  private Path newFile() throws IOException {
    return Files.createTempFile(folder(), ".revoker-report-", ".tmp");
  }

  private Path folder() {
    Path parent = file.toAbsolutePath().getParent();
    return parent == null ? file.toAbsolutePath() : parent;
  }
}
