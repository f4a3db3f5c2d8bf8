package dev.revoker.ops;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.NameValuePair;
import org.apache.hc.core5.http.io.HttpServerRequestHandler.ResponseTrigger;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers one exchange. The whole answer is in memory before its first byte is sent. */
final class OpsHandler {
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

  void handle(ClassicHttpRequest request, ResponseTrigger trigger)
      throws HttpException, IOException {
    Answer answer = answer(request);
    ClassicHttpResponse response = new BasicClassicHttpResponse(answer.status());
    response.setHeader("Content-Type", answer.type());
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("Connection", "close");
    if (answer.status() == 405) {
      response.setHeader("Allow", "GET, HEAD");
    }
    byte[] body = answer.body();
    if (takesGzip(request)) {
      response.setHeader("Content-Encoding", "gzip");
      body = gzip(body);
    }
    response.setEntity(new ByteArrayEntity(body, null));
    trigger.submitResponse(response);
  }

  private Answer answer(ClassicHttpRequest request) {
    String path = path(request);
    boolean known = path.equals("/metrics") || path.equals("/livez") || path.equals("/readyz");
    if (!known) {
      return Answer.text(404, "not found; there are /metrics, /livez and /readyz\n");
    }
    if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
      return Answer.text(405, "only GET and HEAD\n");
    }
    return switch (path) {
      case "/livez" -> Answer.of(health.live());
      case "/readyz" -> Answer.of(health.ready());
      default -> metrics(request);
    };
  }

  private static String path(ClassicHttpRequest request) {
    try {
      String path = request.getUri().getPath();
      return path == null ? "" : path;
    } catch (URISyntaxException nowhere) {
      return "";
    }
  }

  private Answer metrics(ClassicHttpRequest request) {
    String type =
        header(request, "Accept").contains("application/openmetrics-text") ? OPEN_METRICS : TEXT;
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try {
      registry.scrape(text, type);
    } catch (IOException | RuntimeException e) {
      LOG.atError().setCause(e).log("the meters could not be read; this scrape gets a 500");
      return Answer.text(500, "the meters could not be read; see the log\n");
    }
    return new Answer(200, type, text.toByteArray());
  }

  private static String header(ClassicHttpRequest request, String name) {
    return Stream.of(request.getHeaders(name))
        .map(NameValuePair::getValue)
        .filter(Objects::nonNull)
        .collect(Collectors.joining(","))
        .toLowerCase(Locale.ROOT);
  }

  private static boolean takesGzip(ClassicHttpRequest request) {
    return Stream.of(header(request, "Accept-Encoding").split(",", -1))
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
