package dev.revoker.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.revoker.config.Config;
import dev.revoker.model.Outcome;
import dev.revoker.ops.Health.State;
import dev.revoker.time.SystemTime;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Over real HTTP. */
class OpsServerTest {
  private static final Config.Listen ANY_PORT = new Config.Listen("127.0.0.1", 0);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Meters meters = new Meters(registry, List.of("urgent"), List.of());
  private final AtomicBoolean live = new AtomicBoolean(true);
  private final AtomicBoolean ready = new AtomicBoolean(true);
  private final Health health =
      new Health(
          Map.of("loop", () -> new State(live.get(), "loop")),
          Map.of("broker", () -> new State(ready.get(), "broker")));
  private final HttpClient client = HttpClient.newHttpClient();
  private final SystemTime time = new SystemTime();
  private OpsServer server;

  @BeforeEach
  void start() throws OpsServer.CannotListen {
    server = OpsServer.start(ANY_PORT, registry, health, time);
  }

  @AfterEach
  void stop() {
    server.close();
    time.close();
    client.close();
  }

  @Test
  void metricsInPrometheusText() throws Exception {
    meters.answered(
        Results.of("urgent", Outcome.REVOKED, Instant.EPOCH, Instant.EPOCH), Instant.EPOCH);

    HttpResponse<String> answer = get("/metrics");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(type(answer)).startsWith("text/plain; version=0.0.4");
    assertThat(answer.body())
        .contains("revoker_requests_total{lane=\"urgent\",outcome=\"revoked\"} 1.0\n");
  }

  @Test
  void metricsInOpenMetricsWhereAskedFor() throws Exception {
    String prometheus =
        "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    HttpResponse<String> answer = get("/metrics", "Accept", prometheus);

    assertThat(type(answer)).startsWith("application/openmetrics-text; version=1.0.0");
    assertThat(answer.body()).endsWith("# EOF\n");
  }

  @Test
  void metricsPackedWhereAskedFor() throws Exception {
    HttpResponse<byte[]> answer =
        client.send(
            request("/metrics").header("Accept-Encoding", "gzip").build(),
            BodyHandlers.ofByteArray());

    assertThat(answer.headers().firstValue("Content-Encoding")).contains("gzip");
    byte[] body = new GZIPInputStream(new ByteArrayInputStream(answer.body())).readAllBytes();
    assertThat(new String(body, StandardCharsets.UTF_8)).contains("revoker_requests_total");
    assertThat(
            get("/metrics", "Accept-Encoding", "gzip;q=0").headers().firstValue("Content-Encoding"))
        .isEmpty();
  }

  @Test
  void healthIs200Or503EachByItsOwnChecks() throws Exception {
    ready.set(false);

    assertThat(get("/livez").statusCode()).isEqualTo(200);
    HttpResponse<String> answer = get("/readyz");
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(type(answer)).isEqualTo("application/json");
    assertThat(answer.body())
        .isEqualTo(
            "{\"status\":\"down\",\"checks\":{\"broker\":{\"ok\":false,\"why\":\"broker\"}}}");

    ready.set(true);
    live.set(false);
    assertThat(get("/livez").statusCode()).isEqualTo(503);
    assertThat(get("/readyz").statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/metrics", "/livez", "/readyz"})
  void headHasTheHeadersOnly(String path) throws Exception {
    HttpResponse<String> head = client.send(request(path).HEAD().build(), BodyHandlers.ofString());

    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValueAsLong("Content-Length"))
        .hasValue(get(path).body().length());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/", "/metrics/", "/metrics/x", "/livezz", "/env", "/config", "/a/../metrics"})
  void anythingElseIsNotThere(String path) throws Exception {
    assertThat(get(path).statusCode()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS"})
  void otherMethodsAreRefused(String method) throws Exception {
    HttpResponse<String> answer =
        client.send(
            request("/metrics").method(method, BodyPublishers.ofString("x")).build(),
            BodyHandlers.ofString());

    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("Allow")).contains("GET, HEAD");
  }

  @Test
  void manyAtOnceAreServed() {
    List<CompletableFuture<HttpResponse<String>>> answers =
        IntStream.range(0, OpsServer.MAX_OF_A_PEER)
            .mapToObj(i -> client.sendAsync(request("/livez").build(), BodyHandlers.ofString()))
            .toList();
    assertThat(answers).allSatisfy(a -> assertThat(a.join().statusCode()).isEqualTo(200));
  }

  /** Each connection that sends half a request's head loses its place to the next one. */
  @ParameterizedTest
  @ValueSource(ints = {40, 300})
  void halfSentRequestsKeepNobodyFromAnAnswer(int attackers) throws Exception {
    List<Socket> slow = new ArrayList<>();
    try {
      for (int i = 0; i < attackers; i++) {
        slow.add(connected("GET /livez HT"));
      }
      long before = time.nanos();
      assertThat(get("/livez").statusCode()).isEqualTo(200);
      assertThat(get("/metrics").statusCode()).isEqualTo(200);
      assertThat((time.nanos() - before) / 1_000_000).isLessThan(OpsServer.HEAD_MS);
      assertThat(cut(slow)).isGreaterThanOrEqualTo(attackers - OpsServer.MAX_OF_A_PEER);
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  /** A request whose body does not come is half a request too. */
  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 10", "Transfer-Encoding: chunked"})
  void announcedBodiesKeepNobodyFromAnAnswer(String body) throws Exception {
    List<Socket> slow = new ArrayList<>();
    try {
      for (int i = 0; i < OpsServer.MAX_OF_A_PEER; i++) {
        slow.add(connected("GET /livez HTTP/1.1\r\nHost: x\r\n" + body + "\r\n\r\n"));
        assertThat(slow.getLast().getInputStream().read()).isPositive();
      }
      assertThat(get("/livez").statusCode()).isEqualTo(200);
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "GET /livez HT", "GET /livez HTTP/1.1\r\nHost: x\r\nX: "})
  void aHeadThatDoesNotArriveInTimeIsCutOff(String half) throws Exception {
    startWithLimits(300, 60_000);
    try (Socket socket = connected(half)) {
      await().untilAsserted(() -> assertThat(isCut(socket)).isTrue());
      await().untilAsserted(() -> assertThat(reading()).isZero());
    }
  }

  @Test
  void aHeadThatDripsIsCutOffAllTheSame() throws Exception {
    startWithLimits(300, 60_000);
    try (Socket socket = connected("GET /livez HTTP/1.1\r\nX: ")) {
      await()
          .pollInterval(Duration.ofMillis(20))
          .untilAsserted(
              () -> {
                assertThatThrownBy(() -> socket.getOutputStream().write('x'))
                    .isInstanceOf(IOException.class);
              });
    }
  }

  @Test
  void connectionsWhoseRequestWasReadKeepTheirPlace() throws Exception {
    startWithLimits(2_000, 60_000);
    int big = 8 << 20;
    Gauge.builder("big", () -> 1).description("x".repeat(big)).register(registry);
    List<Socket> readers = new ArrayList<>();
    try {
      for (int i = 0; i < OpsServer.MAX_OF_A_PEER; i++) {
        Socket reader = connected("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(reader.getInputStream().read()).isPositive();
        readers.add(reader);
      }
      try (Socket further = connected("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")) {
        await().untilAsserted(() -> assertThat(isCut(further)).isTrue());
      }
      assertThat(readToTheEnd(readers.getFirst())).isGreaterThan(big);
    } finally {
      for (Socket socket : readers) {
        socket.close();
      }
    }
  }

  @Test
  void aSlowReaderIsCutOff() throws Exception {
    startWithLimits(5_000, 1_500);
    int big = 8 << 20;
    Gauge.builder("big", () -> 1).description("x".repeat(big)).register(registry);
    try (Socket reader = connected("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")) {
      assertThat(reader.getInputStream().read()).isPositive();
      await().until(() -> writing() > 0);
      await().until(() -> writing() == 0);

      assertThat(readToTheEnd(reader)).isLessThan(big);
    }
    assertThat(get("/livez").statusCode()).isEqualTo(200);
  }

  @Test
  void aPortInUseIsExplained() {
    Config.Listen taken = new Config.Listen("127.0.0.1", server.address().getPort());

    assertThatThrownBy(() -> OpsServer.start(taken, registry, health, time))
        .isInstanceOf(OpsServer.CannotListen.class)
        .hasMessageContaining("ops.listen=" + taken)
        .hasMessageContaining("already in use")
        .hasMessageContaining("port 0");
  }

  @Test
  void anUnknownHostIsExplained() {
    assertThatThrownBy(
            () ->
                OpsServer.start(
                    new Config.Listen("no-such-host.invalid", 0), registry, health, time))
        .isInstanceOf(OpsServer.CannotListen.class)
        .hasMessageContaining("ops.listen=no-such-host.invalid:0")
        .hasMessageContaining("unknown host");
  }

  @Test
  void closeFreesThePort() throws Exception {
    int port = server.address().getPort();
    assertThat(port).isPositive();
    server.close();

    try (ServerSocket again = new ServerSocket()) {
      again.setReuseAddress(true);
      again.bind(new InetSocketAddress("127.0.0.1", port));
      assertThat(again.getLocalPort()).isEqualTo(port);
    }
  }

  private void startWithLimits(long headMs, long limitMs) throws OpsServer.CannotListen {
    server.close();
    server = OpsServer.start(ANY_PORT, registry, health, time, headMs, limitMs);
  }

  private Socket connected(String request) throws IOException {
    Socket socket = new Socket();
    // A fixed window: what is not read stays with the server.
    socket.setReceiveBufferSize(16 << 10);
    socket.connect(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.address().getPort()));
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static long readToTheEnd(Socket socket) throws IOException {
    try {
      return socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (SocketException reset) {
      return 0;
    }
  }

  private static long writing() {
    return threadsIn("sendResponseEntity");
  }

  private static long reading() {
    return threadsIn("receiveRequestHeader");
  }

  private static long threadsIn(String method) {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(entry -> entry.getKey().getName().startsWith("revoker-ops-"))
        .filter(
            entry ->
                Stream.of(entry.getValue()).anyMatch(frame -> frame.getMethodName().equals(method)))
        .count();
  }

  private static long cut(List<Socket> sockets) {
    return sockets.stream().filter(OpsServerTest::isCut).count();
  }

  private static boolean isCut(Socket socket) {
    try {
      socket.setSoTimeout(1);
      return socket.getInputStream().read() < 0;
    } catch (SocketTimeoutException open) {
      return false;
    } catch (IOException cut) {
      return true;
    }
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = request(path);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:" + server.address().getPort() + path));
  }

  private static String type(HttpResponse<?> answer) {
    return answer.headers().firstValue("Content-Type").orElseThrow();
  }
}
