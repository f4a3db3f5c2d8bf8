package dev.revoker.ops;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers one exchange. The whole answer is in memory before its first byte is sent. */
final class OpsHandler implements HttpHandler {
  static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
  static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
  private static final String JSON = "application/json";
  private static final String PLAIN = "text/plain; charset=utf-8";
  private static final Pattern NOT_AT_ALL = Pattern.compile(";\\s*q=0(\\.0*)?$");
  private static final Logger LOG = LoggerFactory.getLogger(OpsHandler.class);

  private final PrometheusMeterRegistry registry;
  private final Health health;

  OpsHandler(PrometheusMeterRegistry registry, Health health) {
    this.registry = registry;
    this.health = health;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      send(exchange, answer(exchange));
    }
  }

  private Answer answer(HttpExchange exchange) {
    String path = exchange.getRequestURI().getPath();
    boolean known = path.equals("/metrics") || path.equals("/livez") || path.equals("/readyz");
    if (!known) {
      return Answer.text(404, "not found; there are /metrics, /livez and /readyz\n");
    }
    if (!exchange.getRequestMethod().equals("GET") && !isHead(exchange)) {
      exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      return Answer.text(405, "only GET and HEAD\n");
    }
    return switch (path) {
      case "/livez" -> Answer.of(health.live());
      case "/readyz" -> Answer.of(health.ready());
      default -> metrics(exchange.getRequestHeaders());
    };
  }

  private Answer metrics(Headers asked) {
    String type =
        header(asked, "Accept").contains("application/openmetrics-text") ? OPEN_METRICS : TEXT;
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try {
      registry.scrape(text, type);
    } catch (IOException | RuntimeException e) {
      LOG.atError().setCause(e).log("the meters could not be read; this scrape gets a 500");
      return Answer.text(500, "the meters could not be read; see the log\n");
    }
    return new Answer(200, type, text.toByteArray());
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    Headers headers = exchange.getResponseHeaders();
    headers.set("Content-Type", answer.type());
    headers.set("Cache-Control", "no-store");
    byte[] body = answer.body();
    if (takesGzip(exchange.getRequestHeaders())) {
      headers.set("Content-Encoding", "gzip");
      body = gzip(body);
    }
    if (isHead(exchange)) {
      headers.set("Content-Length", Integer.toString(body.length));
      exchange.sendResponseHeaders(answer.status(), -1);
      return;
    }
    exchange.sendResponseHeaders(answer.status(), body.length);
    exchange.getResponseBody().write(body);
  }

  private static boolean isHead(HttpExchange exchange) {
    return exchange.getRequestMethod().equals("HEAD");
  }

  private static String header(Headers headers, String name) {
    return String.join(",", headers.getOrDefault(name, List.of())).toLowerCase(Locale.ROOT);
  }

  private static boolean takesGzip(Headers asked) {
    return Stream.of(header(asked, "Accept-Encoding").split(",", -1))
        .map(String::strip)
        .anyMatch(coding -> coding.startsWith("gzip") && !NOT_AT_ALL.matcher(coding).find());
  }

  private static byte[] gzip(byte[] body) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(body);
    }
    return packed.toByteArray();
  }

  /** A whole answer. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Answer(int status, String type, byte[] body) {
    static Answer text(int status, String text) {
      return new Answer(status, PLAIN, text.getBytes(StandardCharsets.UTF_8));
    }

    static Answer of(Health.Report report) {
      byte[] json = report.json().getBytes(StandardCharsets.UTF_8);
      return new Answer(report.up() ? 200 : 503, JSON, json);
    }
  }
}
