package dev.revoker.sandbox;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection: reads a request, waits until its reply is due, writes it, reads the next.
 * Belongs to the loop's thread.
 */
final class HttpConnection {
  private static final int FIRST_SIZE = 1024;

  private final HttpLoop loop;
  private final SocketChannel channel;
  private @Nullable SelectionKey key;
  private ByteBuffer in = ByteBuffer.allocate(FIRST_SIZE);
  private @Nullable ByteBuffer out;
  private boolean closeAfterWrite;

  /** The end of the exchange under way; null between requests. */
  private @Nullable Runnable over;

  HttpConnection(HttpLoop loop, SocketChannel channel) {
    this.loop = loop;
    this.channel = channel;
  }

  void register(Selector selector) throws IOException {
    key = channel.register(selector, SelectionKey.OP_READ, this);
  }

  /** The socket can be read or written. */
  void ready() {
    try {
      if (out != null) {
        write();
      } else {
        read();
      }
    } catch (IOException clientGone) {
      close();
    }
  }

  /** Closes with RST. */
  void reset() {
    try {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException alreadyClosed) {
      // Then the client has seen an end already.
    }
    close();
  }

  private void read() throws IOException {
    if (!in.hasRemaining()) {
      in = ByteBuffer.allocate(in.capacity() * 4).put(in.flip());
    }
    if (channel.read(in) < 0) {
      close();
    } else if (over == null) {
      next();
    } else if (!in.hasRemaining()) {
      // A client that sends on without waiting for answers is read again after this one.
      interest(0);
    }
  }

  /** Takes the next request out of what was read. */
  private void next() throws IOException {
    switch (HttpParser.parse(in.array(), in.position())) {
      case HttpParser.Parsed.Incomplete incomplete -> interest(SelectionKey.OP_READ);
      case HttpParser.Parsed.Bad(int status) -> {
        closeAfterWrite = true;
        over = () -> {};
        send(Reply.empty(status, "Bad Request", "Connection: close\r\n").bytes());
      }
      case HttpParser.Parsed.Complete(HttpRequest request, int length) -> {
        in.flip().position(length);
        in.compact();
        closeAfterWrite = !request.keepAlive();
        Reply.Planned planned = loop.plan(request);
        over = planned.over();
        if (planned.delayNanos() <= 0) {
          perform(planned.reply());
        } else {
          loop.after(planned.delayNanos(), () -> performLate(planned.reply()));
        }
      }
    }
  }

  private void performLate(Reply reply) {
    // The client may have gone in the meantime.
    if (over != null) {
      try {
        perform(reply);
      } catch (IOException clientGone) {
        close();
      }
    }
  }

  private void perform(Reply reply) throws IOException {
    switch (reply) {
      case Reply.Reset reset -> reset();
      case Reply.Close close -> close();
      case Reply.Silence silence -> {}
      case Reply.Bytes(ByteBuffer bytes, boolean last) -> {
        closeAfterWrite |= last;
        send(bytes);
      }
    }
  }

  private void send(ByteBuffer bytes) throws IOException {
    out = bytes.duplicate();
    write();
  }

  private void write() throws IOException {
    if (out == null) {
      return;
    }
    channel.write(out);
    if (out.hasRemaining()) {
      interest(SelectionKey.OP_WRITE);
      return;
    }
    out = null;
    if (closeAfterWrite) {
      close();
      return;
    }
    end();
    if (in.position() > 0) {
      next();
    } else {
      interest(SelectionKey.OP_READ);
    }
  }

  private void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // Nobody is left to tell.
    }
    end();
  }

  private void end() {
    if (over != null) {
      Runnable ended = over;
      over = null;
      ended.run();
    }
  }

  private void interest(int operations) {
    if (key != null && key.isValid() && key.interestOps() != operations) {
      key.interestOps(operations);
    }
  }
}
