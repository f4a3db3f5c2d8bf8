package dev.revoker.submit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Finds out that the reader of standard output is gone without writing to it: {@code watch --follow
 * | head -1} is to end although no further result comes. Java cannot ask the system for that, but
 * GNU's {@code tail -f} can: it ends by SIGPIPE when the reader of its output is gone. Where
 * standard output is not a pipe, or tail is another one, only the next write tells.
 */
final class OutputPipe implements AutoCloseable {
  private static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");

  /** 128 and the number of the signal. */
  private static final int ENDED_BY_SIGPIPE = 141;

  private final @Nullable Process tail;

  private OutputPipe(@Nullable Process tail) {
    this.tail = tail;
  }

  /** Starts to watch standard output. */
  static OutputPipe open() {
    try {
      if (!Files.readSymbolicLink(STANDARD_OUTPUT).toString().startsWith("pipe:")) {
        return new OutputPipe(null);
      }
      String self = "--pid=" + ProcessHandle.current().pid();
      return new OutputPipe(
          new ProcessBuilder("tail", "-f", self, "/dev/null")
              .redirectOutput(ProcessBuilder.Redirect.INHERIT)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start());
    } catch (IOException | UnsupportedOperationException notHere) {
      return new OutputPipe(null);
    }
  }

  /** Whether nobody reads standard output. */
  boolean isClosed() {
    return tail != null && !tail.isAlive() && tail.exitValue() == ENDED_BY_SIGPIPE;
  }

  @Override
  public void close() {
    if (tail != null) {
      tail.destroy();
    }
  }
}
