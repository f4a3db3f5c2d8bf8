package dev.revoker.sandbox;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.Map;

/** Makes each call on a connection of its own and reports how the connection ended. */
final class RawClient {
  private final URI url;

  RawClient(URI url) {
    this.url = url;
  }

  /** How an exchange ended. */
  enum End {
    CLOSED,
    RESET,
    TIMED_OUT,
    REFUSED
  }

  /** Everything that was received before the end. */
  record Got(End end, String text) {
    int status() {
      return Integer.parseInt(text.split(" ", 3)[1]);
    }

    String head() {
      return text.substring(0, text.indexOf("\r\n\r\n"));
    }

    String body() {
      return text.substring(text.indexOf("\r\n\r\n") + 4);
    }
  }

  Got get(String path) {
    return get(path, Map.of());
  }

  Got get(String path, Map<String, String> headers) {
    StringBuilder lines = new StringBuilder();
    headers.forEach((name, value) -> lines.append(name).append(": ").append(value).append("\r\n"));
    return exchange("GET " + path + " HTTP/1.1\r\n" + lines + "Connection: close\r\n\r\n");
  }

  Got post(String path, String contentType, String body) {
    return send("POST", path, contentType, body);
  }

  Got form(String path, String body) {
    return post(path, "application/x-www-form-urlencoded", body);
  }

  Got json(String path, String body) {
    return post(path, "application/json", body);
  }

  Got send(String method, String path, String contentType, String body) {
    return exchange(
        "%s %s HTTP/1.1\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
            .formatted(method, path, contentType, body.getBytes(UTF_8).length, body));
  }

  /** Sends these bytes and reads to the end, until nothing comes for a second. */
  Got exchange(String request) {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    try (Socket socket = new Socket(url.getHost(), url.getPort())) {
      socket.setSoTimeout(1000);
      socket.getOutputStream().write(request.getBytes(UTF_8));
      InputStream in = socket.getInputStream();
      for (int next = in.read(); next >= 0; next = in.read()) {
        read.write(next);
      }
      return new Got(End.CLOSED, read.toString(ISO_8859_1));
    } catch (SocketTimeoutException e) {
      return new Got(End.TIMED_OUT, read.toString(ISO_8859_1));
    } catch (ConnectException e) {
      return new Got(End.REFUSED, "");
    } catch (SocketException e) {
      return new Got(End.RESET, read.toString(ISO_8859_1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
