package dev.revoker.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A small real HTTP proxy on loopback: tunnels after a CONNECT, and passes on requests in absolute
 * form, one for each connection. It keeps every byte that clients send to it.
 */
final class TestProxy implements AutoCloseable {
  /** How the proxy treats its clients. */
  enum Kind {
    OPEN,
    AUTHENTICATED,
    REFUSING,
    /** Answers 502, as a proxy that cannot reach the host. */
    CUT_OFF
  }

  static final String USERNAME = "worker";
  static final String PASSWORD = "Pr0xy-Passw0rd";

  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final Kind kind;
  private final List<String> heads = new CopyOnWriteArrayList<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  /** Guarded by itself. */
  private final ByteArrayOutputStream seen = new ByteArrayOutputStream();

  TestProxy(Kind kind) throws IOException {
    this.kind = kind;
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** The heads of the requests to the proxy. */
  List<String> heads() {
    return heads;
  }

  /** Every byte that clients sent, those in tunnels included. */
  String seen() {
    synchronized (seen) {
      return seen.toString(StandardCharsets.ISO_8859_1);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : open) {
      socket.close();
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        open.add(client);
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      String head = head(client.getInputStream());
      heads.add(head);
      String refusal = refusal(head);
      if (refusal != null) {
        write(client, "HTTP/1.1 " + refusal + "\r\nContent-Length: 0\r\n\r\n");
        return;
      }
      boolean connect = head.startsWith("CONNECT ");
      String target = head.split(" ", 3)[1];
      URI url = URI.create(connect ? "http://" + target : target);
      try (Socket server = new Socket(url.getHost(), url.getPort())) {
        open.add(server);
        if (connect) {
          write(client, "HTTP/1.1 200 Connection established\r\n\r\n");
        } else {
          write(server, head.replace("http://" + url.getAuthority(), ""));
        }
        Thread.ofVirtual().start(() -> pump(client, server, true));
        pump(server, client, false);
      }
    } catch (IOException gone) {
      // One of the two went away.
    } finally {
      open.remove(client);
    }
  }

  private String refusal(String head) {
    String credentials =
        Base64.getEncoder()
            .encodeToString((USERNAME + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
    return switch (kind) {
      case OPEN -> null;
      case REFUSING -> "403 Forbidden";
      case CUT_OFF -> "502 Bad Gateway";
      case AUTHENTICATED ->
          head.contains("\r\nProxy-Authorization: Basic " + credentials + "\r\n")
              ? null
              : "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"test\"";
    };
  }

  private void pump(Socket from, Socket to, boolean fromClient) {
    try (from;
        to) {
      byte[] buffer = new byte[8192];
      for (int count = read(from.getInputStream(), buffer, fromClient);
          count >= 0;
          count = read(from.getInputStream(), buffer, fromClient)) {
        to.getOutputStream().write(buffer, 0, count);
      }
    } catch (IOException gone) {
      // The tunnel has ended.
    }
  }

  private int read(InputStream input, byte[] buffer, boolean fromClient) throws IOException {
    int count = input.read(buffer);
    if (fromClient && count > 0) {
      synchronized (seen) {
        seen.write(buffer, 0, count);
      }
    }
    return count;
  }

  private String head(InputStream input) throws IOException {
    StringBuilder head = new StringBuilder();
    byte[] one = new byte[1];
    while (read(input, one, true) > 0) {
      head.append((char) one[0]);
      if (head.toString().endsWith("\r\n\r\n")) {
        return head.toString();
      }
    }
    throw new IOException("no whole head");
  }

  private static void write(Socket socket, String text) throws IOException {
    OutputStream output = socket.getOutputStream();
    output.write(text.getBytes(StandardCharsets.ISO_8859_1));
    output.flush();
  }
}
