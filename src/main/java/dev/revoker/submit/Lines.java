package dev.revoker.submit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** The lines of an input, with their numbers. Of a line that is too long only the start is kept. */
final class Lines {
  private static final int BUFFER_BYTES = 1 << 16;

  private final InputStream in;
  private final int maxBytes;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);
  private long number;
  private boolean tooLong;

  Lines(InputStream in, int maxBytes) {
    this.in = new BufferedInputStream(in, BUFFER_BYTES);
    this.maxBytes = maxBytes;
  }

  /** The next line without its end, or null after the last. */
  byte @Nullable [] next() throws IOException {
    line.reset();
    tooLong = false;
    int b = in.read();
    if (b < 0) {
      return null;
    }
    number++;
    while (b >= 0 && b != '\n') {
      if (line.size() < maxBytes) {
        line.write(b);
      } else {
        tooLong |= b != '\r';
      }
      b = in.read();
    }
    byte[] bytes = line.toByteArray();
    boolean returns = bytes.length > 0 && bytes[bytes.length - 1] == '\r';
    return returns ? java.util.Arrays.copyOf(bytes, bytes.length - 1) : bytes;
  }

  /** Of the line that {@link #next} returned; the first is 1. */
  long number() {
    return number;
  }

  /** Whether more of that line was dropped. */
  boolean tooLong() {
    return tooLong;
  }
}
