package dev.revoker.api;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLSocket;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentLengthStrategy;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.DefaultContentLengthStrategy;
import org.apache.hc.core5.http.impl.io.ChunkedInputStream;
import org.apache.hc.core5.http.impl.io.ContentLengthInputStream;
import org.apache.hc.core5.http.impl.io.DefaultHttpResponseParser;
import org.apache.hc.core5.http.impl.io.IdentityInputStream;
import org.apache.hc.core5.http.impl.io.SessionInputBufferImpl;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection, with HttpCore's parser on our own socket: no retries, no redirects, no
 * logging. Used by one thread at a time; an interrupt of a thread that waits here closes it.
 */
final class Connection {
  private static final int BUFFER_BYTES = 8192;
  private static final Http1Config LIMITS =
      Http1Config.custom()
          .setBufferSize(BUFFER_BYTES)
          .setMaxLineLength(8192)
          .setMaxHeaderCount(100)
          .setMaxEmptyLineCount(10)
          .build();

  private final SocketChannel channel;
  private final @Nullable SSLSocket tls;
  private final WireInput input;
  private final OutputStream output;
  private final SessionInputBufferImpl buffer =
      new SessionInputBufferImpl(BUFFER_BYTES, LIMITS.getMaxLineLength());
  private final DefaultHttpResponseParser parser = new DefaultHttpResponseParser(LIMITS);
  private final ByteBuffer probe = ByteBuffer.allocate(1);

  Connection(SocketChannel channel, @Nullable SSLSocket tls) throws IOException {
    InputStream socketInput = channel.socket().getInputStream();
    this.channel = channel;
    this.tls = tls;
    this.input = new WireInput(socketInput, tls == null ? socketInput : tls.getInputStream());
    this.output = tls == null ? channel.socket().getOutputStream() : tls.getOutputStream();
  }

  /** Sends a whole request. From the call on, bytes of it may be under way, also if it throws. */
  void send(byte[] request) throws IOException {
    input.startAnswer();
    output.write(request);
    output.flush();
  }

  /** Whether no answer, and no part of one, has come yet. */
  boolean fresh() {
    return !input.heard();
  }

  /** Waits for status and headers, all of them; passes over interim answers. */
  ClassicHttpResponse receiveHead() throws IOException, HttpException {
    ClassicHttpResponse head;
    do {
      head = parsed();
    } while (head.getCode() < 200 && head.getCode() != 101);
    return head;
  }

  private ClassicHttpResponse parsed() throws IOException, HttpException {
    try {
      return parser.parse(buffer, input);
    } catch (IllegalArgumentException badStatus) {
      // HttpCore reports a status that is not valid as a wrong argument of its caller.
      throw new ProtocolException("the status is no status");
    }
  }

  /** The body that belongs to the head; a read of it throws where it breaks off. */
  InputStream body(ClassicHttpResponse head) throws HttpException {
    long length = DefaultContentLengthStrategy.INSTANCE.determineLength(head);
    if (length == ContentLengthStrategy.CHUNKED) {
      return new ChunkedInputStream(buffer, input, LIMITS);
    }
    if (length >= 0) {
      return new ContentLengthInputStream(buffer, input, length);
    }
    input.allowEnd();
    return new IdentityInputStream(buffer, input);
  }

  /** From here to the next request, reads fail rather than wait. */
  void onlyWhatIsThere() {
    input.onlyWhatIsThere();
  }

  /**
   * Whether the other side has closed it, or sent something that nobody asked for. Does not wait. A
   * TLS message without a request counts as stale too, because it nearly always is close_notify.
   */
  boolean stale() {
    try {
      if (buffer.hasBufferedData() || (tls != null && tls.getInputStream().available() > 0)) {
        return true;
      }
      channel.configureBlocking(false);
      try {
        return channel.read(probe.clear()) != 0;
      } finally {
        channel.configureBlocking(true);
      }
    } catch (IOException broken) {
      return true;
    }
  }

  /** Closes an idle connection, with TLS's close_notify. */
  void close() {
    try (channel) {
      if (tls != null) {
        tls.close();
      }
    } catch (IOException gone) {
      // The server closed it first.
    }
  }

  /** Closes the connection at once, even while it is used. */
  void drop() {
    try {
      channel.close();
    } catch (IOException gone) {
      // The server closed it first.
    }
  }

  /**
   * The bytes that the server sends. HttpCore takes the end of the stream for the end of the
   * headers or of the chunks, so a cut answer would count as complete. Here the end is an error
   * unless it was allowed. Also bounds the length of an answer.
   */
  static final class WireInput extends InputStream {
    /** Head, interim answers and body together. */
    private static final int MAX_ANSWER_BYTES = 256 * 1024;

    private final InputStream socket;
    private final InputStream plain;
    private int left = MAX_ANSWER_BYTES;
    private boolean endAllowed;
    private boolean mayWait = true;
    private boolean heard;

    /** {@code plain} is what the socket's bytes contain: the same stream, or TLS's. */
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
}
