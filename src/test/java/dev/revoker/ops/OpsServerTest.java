package dev.revoker.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.revoker.config.Config;
import dev.revoker.model.Outcome;
import dev.revoker.ops.Health.State;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
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
  private OpsServer server;

  @BeforeEach
  void start() throws OpsServer.CannotListen {
    server = OpsServer.start(ANY_PORT, registry, health);
  }

  @AfterEach
  void stop() {
    server.close();
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
        IntStream.range(0, 200)
            .mapToObj(i -> client.sendAsync(request("/livez").build(), BodyHandlers.ofString()))
            .limit(OpsServer.MAX_THREADS)
            .toList();
    assertThat(answers).allSatisfy(a -> assertThat(a.join().statusCode()).isEqualTo(200));
  }

  @Test
  void slowClientsAreBoundedAndTheServerIsBackAfterThem() throws Exception {
    List<Socket> slow = new ArrayList<>();
    try {
      for (int i = 0; i < 2 * OpsServer.MAX_THREADS; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort());
        socket.getOutputStream().write("GET /livez HT".getBytes(StandardCharsets.US_ASCII));
        slow.add(socket);
      }
      await().until(() -> opsThreads() == OpsServer.MAX_THREADS);
      await()
          .untilAsserted(
              () ->
                  assertThat(slow.stream().filter(OpsServerTest::isCut).count())
                      .isEqualTo(OpsServer.MAX_THREADS));
      await()
          .atMost(Duration.ofSeconds(OpsServer.MAX_REQUEST_SECONDS + 10))
          .ignoreException(IOException.class)
          .until(() -> get("/livez").statusCode() == 200);
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  @Test
  void aPortInUseIsExplained() {
    Config.Listen taken = new Config.Listen("127.0.0.1", server.address().getPort());

    assertThatThrownBy(() -> OpsServer.start(taken, registry, health))
        .isInstanceOf(OpsServer.CannotListen.class)
        .hasMessageContaining("ops.listen=" + taken)
        .hasMessageContaining("already in use")
        .hasMessageContaining("port 0");
  }

  @Test
  void anUnknownHostIsExplained() {
    assertThatThrownBy(
            () -> OpsServer.start(new Config.Listen("no-such-host.invalid", 0), registry, health))
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
      again.bind(new java.net.InetSocketAddress("127.0.0.1", port));
      assertThat(again.getLocalPort()).isEqualTo(port);
    }
  }

  private static boolean isCut(Socket socket) {
    try {
      socket.setSoTimeout(1);
      return socket.getInputStream().read() < 0;
    } catch (java.net.SocketTimeoutException open) {
      return false;
    } catch (IOException cut) {
      return true;
    }
  }

  private static long opsThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("revoker-ops-"))
        .count();
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
