package dev.revoker.api;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * The bytes that the server sends. HttpCore takes the end of the stream for the end of the headers
 * or of the chunks, so a cut answer would count as complete. Here the end is an error unless it was
 * allowed. Also bounds the length of an answer.
 */
final class WireInput extends InputStream {
  /** Head, interim answers and body together. */
  private static final int MAX_ANSWER_BYTES = 256 * 1024;

  private final InputStream socket;
  private final InputStream plain;
  private int left = MAX_ANSWER_BYTES;
  private boolean endAllowed;
  private boolean mayWait = true;
  private boolean heard;

  /**
   * @param socket the bytes of the TCP connection
   * @param plain what is in them: the same stream, or the one that TLS decrypts
   */
  WireInput(InputStream socket, InputStream plain) {
    this.socket = socket;
    this.plain = plain;
  }

  /** The next byte belongs to a new answer. */
  void startAnswer() {
    left = MAX_ANSWER_BYTES;
    endAllowed = false;
    mayWait = true;
  }

  /** Whether the server ever sent anything. */
  boolean heard() {
    return heard;
  }

  /** From here to the end of the stream it is one body. */
  void allowEnd() {
    endAllowed = true;
  }

  /** From here on a read fails rather than wait for bytes that have not arrived. */
  void onlyWhatIsThere() {
    mayWait = false;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (left == 0) {
      throw new IOException("the answer is too long");
    }
    if (!mayWait && available() == 0) {
      throw new IOException("the rest has not arrived");
    }
    int count = plain.read(into, offset, Math.min(length, left));
    if (count < 0 && !endAllowed) {
      throw new EOFException("the connection was closed before the answer was whole");
    }
    heard |= count > 0;
    left -= Math.max(0, count);
    return count;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    int count = read(one, 0, 1);
    return count < 0 ? -1 : one[0] & 0xff;
  }

  /** Bytes that are there already; encrypted ones count. */
  @Override
  public int available() throws IOException {
    int decrypted = plain.available();
    return decrypted > 0 ? decrypted : socket.available();
  }
}
