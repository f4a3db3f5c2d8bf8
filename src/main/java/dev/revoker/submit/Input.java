package dev.revoker.submit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * What is submitted, to be read from its start several times: a file that stays open, or a copy of
 * what can be read only once. The copy has no name and no other reader, so that nothing is left of
 * it however the process ends.
 */
public final class Input implements AutoCloseable {
  private final FileChannel channel;

  private Input(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Opens a file, or copies a pipe.
   *
   * @throws Trouble where it cannot be read
   */
  public static Input file(Path file) throws Trouble {
    try {
      if (Files.isDirectory(file)) {
        throw Trouble.usage(file + " is a folder");
      }
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        try (InputStream pipe = Files.newInputStream(file)) {
          return copyOf(pipe);
        }
      }
      return new Input(FileChannel.open(file, StandardOpenOption.READ));
    } catch (NoSuchFileException e) {
      throw Trouble.usage("there is no file " + file);
    } catch (AccessDeniedException e) {
      throw Trouble.usage(file + " may not be read by this user");
    } catch (IOException e) {
      throw Trouble.failed(file + " can not be read: " + e.getMessage());
    }
  }

  /**
   * Copies all of it.
   *
   * @throws Trouble where it cannot be read, or not be kept
   */
  public static Input copyOf(InputStream once) throws Trouble {
    try {
      Path file =
          Files.createTempFile(
              "revoker-submit-",
              "",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      FileChannel channel = openNameless(file);
      once.transferTo(Channels.newOutputStream(channel));
      return new Input(channel);
    } catch (IOException e) {
      throw Trouble.failed("standard input can not be kept in a file: " + e.getMessage());
    }
  }

  /** From the first byte; what was opened before must not be read any more. */
  InputStream fromStart() throws IOException {
    channel.position(0);
    // Closing a reader of one pass must not close the file.
    return new Pass(Channels.newInputStream(channel));
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static FileChannel openNameless(Path file) throws IOException {
    try {
      return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } finally {
      Files.delete(file);
    }
  }

  private static final class Pass extends java.io.FilterInputStream {
    Pass(InputStream in) {
      super(in);
    }

    @Override
    public void close() {
      // The next pass needs what is below.
    }
  }
}
