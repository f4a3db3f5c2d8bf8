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
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/**
 * A server on loopback that does byte for byte what a test tells it, and counts what it gets. The
 * n-th request gets the n-th act; further ones get the last act again.
 */
final class ScriptedServer implements AutoCloseable {
  /** What to do once the head of a request has been read. */
  interface Act {
    void play(Peer peer) throws IOException, InterruptedException;
  }

  private final ServerSocket listener;
  private final List<Act> acts;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final AtomicInteger connections = new AtomicInteger();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final String scheme;

  private ScriptedServer(ServerSocket listener, String scheme, Act... acts) {
    this.listener = listener;
    this.scheme = scheme;
    this.acts = List.of(acts);
    Thread.ofVirtual().start(this::accept);
  }

  static ScriptedServer playing(Act... acts) throws IOException {
    return new ScriptedServer(new ServerSocket(0, 50, loopback()), "http", acts);
  }

  static ScriptedServer playing(SSLContext tls, Act... acts) throws IOException {
    return new ScriptedServer(
        tls.getServerSocketFactory().createServerSocket(0, 50, loopback()), "https", acts);
  }

  /** Requires a client certificate. */
  static ScriptedServer requiringCertificates(SSLContext tls, Act... acts) throws IOException {
    SSLServerSocket listener =
        (SSLServerSocket) tls.getServerSocketFactory().createServerSocket(0, 50, loopback());
    listener.setNeedClientAuth(true);
    return new ScriptedServer(listener, "https", acts);
  }

  /** Answers, and reads on. */
  static Act send(String answer) {
    return peer -> peer.write(answer);
  }

  /** Answers in the usual form, and reads on. */
  static Act answer(int status, String body) {
    return send(
        "HTTP/1.1 %d Whatever\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(status, body.getBytes(StandardCharsets.UTF_8).length, body));
  }

  /** Answers as much as this, then closes. */
  static Act sendAndClose(String start) {
    return peer -> {
      peer.write(start);
      peer.socket.close();
    };
  }

  /** Answers as much as this, then resets the connection. */
  static Act sendAndReset(String start) {
    return peer -> {
      peer.write(start);
      peer.socket.setSoLinger(true, 0);
      peer.socket.close();
    };
  }

  /** Answers as much as this, then nothing any more. */
  static Act sendAndHang(String start) {
    return peer -> {
      peer.write(start);
      peer.stopped.await();
    };
  }

  /** Answers as much as this, then goes on without end, a piece every few milliseconds. */
  static Act drip(String start, String piece) {
    return peer -> {
      peer.write(start);
      while (!peer.stopped.await(5, TimeUnit.MILLISECONDS)) {
        peer.write(piece);
      }
    };
  }

  /** Answers as much as this, then goes on without end as fast as it goes. */
  static Act flood(String start, String piece) {
    return peer -> {
      peer.write(start);
      while (peer.stopped.getCount() > 0) {
        peer.write(piece);
      }
    };
  }

  URI url() {
    return URI.create(scheme + "://localhost:" + port());
  }

  int port() {
    return listener.getLocalPort();
  }

  /** The heads of all requests so far, as they were sent. */
  List<String> requests() {
    return requests;
  }

  /** How many connections were accepted so far. */
  int connections() {
    return connections.get();
  }

  /** How many connections are open now. */
  int openConnections() {
    return open.size();
  }

  /** Closes all connections, as a server does that is tired of idle ones. */
  void closeConnections() throws IOException {
    for (Socket socket : open) {
      socket.close();
    }
  }

  /** Writes to all open connections, asked or not. */
  void writeUnasked(String text) throws IOException {
    for (Socket socket : open) {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Override
  public void close() throws IOException {
    stopped.countDown();
    listener.close();
    closeConnections();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        connections.incrementAndGet();
        open.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream input = socket.getInputStream();
      for (String head = head(input); head != null; head = head(input)) {
        int number;
        synchronized (requests) {
          requests.add(head);
          number = requests.size();
        }
        Act act = acts.get(Math.min(number, acts.size()) - 1);
        act.play(new Peer(socket, socket.getOutputStream(), stopped));
      }
    } catch (IOException | InterruptedException gone) {
      // The client went away, or the test is over.
    } finally {
      open.remove(socket);
    }
  }

  private static String head(InputStream input) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    for (int read = input.read(); read >= 0; read = input.read()) {
      head.write(read);
      String soFar = head.toString(StandardCharsets.UTF_8);
      if (soFar.endsWith("\r\n\r\n")) {
        return soFar;
      }
    }
    return null;
  }

  private static InetAddress loopback() {
    return InetAddress.getLoopbackAddress();
  }

  /** The connection that an act plays on. */
  record Peer(Socket socket, OutputStream output, CountDownLatch stopped) {
    void write(String text) throws IOException {
      output.write(text.getBytes(StandardCharsets.UTF_8));
      output.flush();
    }
  }
}
