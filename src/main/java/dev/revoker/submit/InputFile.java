package dev.revoker.submit;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * The input of {@code submit}, which is read from its start several times: a file that stays open,
 * or a copy of what can be read only once. The copy has no name and no other reader, so that
 * nothing is left of it however the process ends.
 */
public final class InputFile implements AutoCloseable {
  /** Where the system shows standard input as a file. */
  private static final Path STANDARD_INPUT = Path.of("/dev/stdin");

  private final FileChannel channel;
  private final @Nullable Path path;

  private InputFile(FileChannel channel, @Nullable Path path) {
    this.channel = channel;
    this.path = path;
  }

  /**
   * Opens a file, or copies a pipe.
   *
   * @throws CommandException where it cannot be read
   */
  public static InputFile open(Path file) throws CommandException {
    try {
      if (Files.isDirectory(file)) {
        throw CommandException.usage(file + " is a folder");
      }
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        try (InputStream pipe = Files.newInputStream(file)) {
          return copyOf(pipe);
        }
      }
      return new InputFile(FileChannel.open(file, StandardOpenOption.READ), file);
    } catch (NoSuchFileException e) {
      throw CommandException.usage("there is no file " + file);
    } catch (FileSystemException e) {
      throw CommandException.usage(CommandException.ofFile(e));
    } catch (IOException e) {
      throw CommandException.failed(file + " cannot be read: " + e.getMessage());
    }
  }

  /**
   * Copies standard input.
   *
   * @throws CommandException where it cannot be read, or there is no room for the copy
   */
  public static InputFile copyOf(InputStream once) throws CommandException {
    try {
      Path file =
          Files.createTempFile(
              "revoker-submit-",
              "",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      FileChannel channel = openNameless(file);
      once.transferTo(Channels.newOutputStream(channel));
      return new InputFile(channel, null);
    } catch (IOException e) {
      throw CommandException.failed("standard input cannot be copied to a file: " + e.getMessage());
    }
  }

  /** Whether this path leads to the input, by whatever name or link. */
  boolean isSame(Path other) throws IOException {
    Path own = path == null ? STANDARD_INPUT : path;
    return Files.exists(own) && Files.exists(other) && Files.isSameFile(own, other);
  }

  /** From the first byte; a stream that was opened before must not be read any more. */
  InputStream fromStart() throws IOException {
    channel.position(0);
    // Closing a reader of one pass must not close the file.
    return new Unclosed(Channels.newInputStream(channel));
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static FileChannel openNameless(Path file) throws IOException {
    try {
      return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } finally {
      Files.delete(file);
    }
  }

  private static final class Unclosed extends FilterInputStream {
    Unclosed(InputStream in) {
      super(in);
    }

    @Override
    public void close() {
      // The next pass reads the same channel.
    }
  }
}
