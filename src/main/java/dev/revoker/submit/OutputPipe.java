package dev.revoker.submit;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Finds out that the reader of standard output is gone without writing to it: {@code watch --follow
 * | head -1} is to end although no further result comes. Opening a pipe for writing waits until the
 * pipe has a reader, so a thread that still waits after some calls tells that there is none. Only
 * Linux shows the pipe as a file; elsewhere the next write tells.
 */
final class OutputPipe {
  private static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");

  /** A loaded machine may leave the thread waiting for the processor. */
  private static final int MAX_CALLS = 4;

  private @Nullable Thread opening;
  private int calls;

  /** Whether nobody reads standard output. To be called twice a second or less. One thread. */
  boolean isClosed() {
    Thread now = opening;
    if (now != null && now.isAlive()) {
      calls++;
      return calls > MAX_CALLS;
    }
    calls = 0;
    if (isPipe()) {
      opening = Thread.ofPlatform().name("output-pipe").daemon().start(OutputPipe::open);
    }
    return false;
  }

  private static boolean isPipe() {
    try {
      return Files.readSymbolicLink(STANDARD_OUTPUT).toString().startsWith("pipe:");
    } catch (IOException | UnsupportedOperationException notShown) {
      return false;
    }
  }

  private static void open() {
    try {
      FileChannel.open(STANDARD_OUTPUT, StandardOpenOption.WRITE).close();
    } catch (IOException notAllowed) {
      // Then only the next write tells.
    }
  }
}
