package dev.revoker.api;

import static dev.revoker.api.ApiFixture.KEY;
import static dev.revoker.api.ApiFixture.REMOVE;
import static dev.revoker.api.ApiFixture.TOKEN;
import static dev.revoker.api.ScriptedServer.answer;
import static dev.revoker.api.ScriptedServer.send;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.config.ApiConfig;
import dev.revoker.config.ConfigLoader;
import dev.revoker.config.Loaded;
import dev.revoker.model.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.apache.kafka.common.config.types.Password;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The way to the API: through which proxy, with which authority, with which client certificate. */
@Timeout(60)
class HttpApiProxyTest {
  private static final ScriptedServer.Act DONE = send("HTTP/1.1 204 OK\r\n\r\n");

  enum Proxy {
    NONE,
    OPEN,
    AUTHENTICATED,
    DEAD,
    REFUSING
  }

  enum Authority {
    SYSTEM,
    PRIVATE,
    WRONG
  }

  enum Certificate {
    NONE,
    RIGHT,
    WRONG
  }

  record Cell(Proxy proxy, Authority authority, Certificate certificate) {}

  @TempDir static Path folder;
  private static TestCertificates own;
  private static SSLContext server;
  private static final Map<Authority, Path> TRUST = new HashMap<>();
  private static final Map<Certificate, Path> CLIENT = new HashMap<>();

  @BeforeAll
  static void makeCertificates() throws IOException {
    own = new TestCertificates(Files.createDirectory(folder.resolve("own")));
    TestCertificates other = new TestCertificates(Files.createDirectory(folder.resolve("other")));
    server = own.server("server", "dns:localhost,ip:127.0.0.1", "-1d", 10);
    TRUST.put(Authority.PRIVATE, own.trustFile("PKCS12"));
    TRUST.put(Authority.WRONG, other.trustFile("PKCS12"));
    CLIENT.put(Certificate.RIGHT, own.clientFile("PKCS12"));
    CLIENT.put(Certificate.WRONG, other.clientFile("PKCS12"));
  }

  static List<Cell> cells() {
    List<Cell> cells = new ArrayList<>();
    for (Proxy proxy : Proxy.values()) {
      for (Authority authority : Authority.values()) {
        for (Certificate certificate : Certificate.values()) {
          cells.add(new Cell(proxy, authority, certificate));
        }
      }
    }
    return cells;
  }

  /** A cell ends with the first hop that says no; nothing but a call that succeeds is sent. */
  @ParameterizedTest
  @MethodSource("cells")
  void eachCellSucceedsOrNamesTheHopThatFailed(Cell cell) throws IOException {
    int deadPort = deadPort();
    try (ScriptedServer api = ScriptedServer.requiringCertificates(server, DONE);
        TestProxy proxy = new TestProxy(kind(cell.proxy));
        ApiFixture fixture =
            new ApiFixture(
                config(
                    api.url(),
                    cell.proxy == Proxy.NONE
                        ? null
                        : proxy(
                            cell.proxy == Proxy.DEAD ? deadPort : proxy.port(),
                            cell.proxy == Proxy.AUTHENTICATED),
                    tls(TRUST.get(cell.authority), CLIENT.get(cell.certificate))))) {
      String peer = "localhost:" + api.port();
      String why =
          switch (cell.proxy) {
            case DEAD -> "the proxy localhost:" + deadPort + " refused the connection";
            case REFUSING ->
                "the proxy localhost:%d does not allow connections to %s (403)"
                    .formatted(proxy.port(), peer);
            case NONE, OPEN, AUTHENTICATED ->
                cell.authority == Authority.PRIVATE
                    ? certificateProblem(cell.certificate, peer)
                    : "certificate of " + peer + " not trusted";
          };

      ApiAnswer answer = fixture.ask(REMOVE);
      if (why == null) {
        assertThat(answer).isEqualTo(new ApiAnswer.Done());
      } else {
        assertThat(answer)
            .isInstanceOfSatisfying(
                ApiAnswer.NoConnection.class,
                none ->
                    assertThat(none.why())
                        .startsWith(why.split(" \\| ")[0])
                        .endsWith(why.replaceFirst(".* \\| ", "")));
      }
      assertThat(api.requests()).hasSize(why == null ? 1 : 0);
    }
  }

  /** The JVM's trust is fixed at its start, so a JVM of its own makes these calls. */
  @Test
  void theSystemsAuthoritySucceedsThroughEachProxyWithTheRightCertificate() throws Exception {
    try (ScriptedServer api = ScriptedServer.requiringCertificates(server, DONE);
        TestProxy open = new TestProxy(TestProxy.Kind.OPEN);
        TestProxy authenticated = new TestProxy(TestProxy.Kind.AUTHENTICATED)) {
      Process child =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-Djavax.net.ssl.trustStore=" + TRUST.get(Authority.PRIVATE),
                  "-Djavax.net.ssl.trustStorePassword=" + TestCertificates.STORE_PASSWORD,
                  "-cp",
                  System.getProperty("java.class.path"),
                  HttpApiProxyTest.class.getName(),
                  api.url().toString(),
                  CLIENT.get(Certificate.RIGHT).toString(),
                  Integer.toString(open.port()),
                  Integer.toString(authenticated.port()))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      String answers = new String(child.getInputStream().readAllBytes(), UTF_8);

      assertThat(answers.lines()).containsExactly("Done[]", "Done[]", "Done[]");
      assertThat(child.waitFor()).isZero();
      assertThat(api.requests()).hasSize(3);
      assertThat(open.heads()).hasSize(1);
      assertThat(authenticated.heads()).hasSize(1);
    }
  }

  /** Calls the API with this JVM's own trust: without a proxy, and through the two. */
  public static void main(String[] args) {
    URI url = URI.create(args[0]);
    Map<String, Object> tls = tls(null, Path.of(args[1]));
    System.out.println(ask(config(url, null, tls)));
    System.out.println(ask(config(url, proxy(Integer.parseInt(args[2]), false), tls)));
    System.out.println(ask(config(url, proxy(Integer.parseInt(args[3]), true), tls)));
  }

  /** Between the two parts is the server's alert, which names the kind of refusal. */
  private static String certificateProblem(Certificate certificate, String peer) {
    return switch (certificate) {
      case RIGHT -> null;
      case NONE -> peer + " | requires a client certificate; see api.ssl.keystore.location";
      case WRONG -> peer + " | does not accept the client certificate of api.ssl.keystore.location";
    };
  }

  @Test
  void theProxySeesAHostNameAndNoMore() throws IOException {
    try (ScriptedServer api = ScriptedServer.playing(server, DONE);
        TestProxy proxy = new TestProxy(TestProxy.Kind.AUTHENTICATED);
        ApiFixture fixture =
            new ApiFixture(
                config(
                    api.url(),
                    proxy(proxy.port(), true),
                    tls(TRUST.get(Authority.PRIVATE), null)))) {
      assertThat(fixture.ask(REMOVE)).isEqualTo(new ApiAnswer.Done());
      assertThat(fixture.ask(REMOVE)).isEqualTo(new ApiAnswer.Done());

      String peer = "localhost:" + api.port();
      assertThat(proxy.heads())
          .containsExactly(
              "CONNECT %s HTTP/1.1\r\nHost: %s\r\nProxy-Authorization: Basic %s\r\n\r\n"
                  .formatted(peer, peer, "d29ya2VyOlByMHh5LVBhc3N3MHJk"));
      String tunnelled = proxy.seen().substring(proxy.heads().getFirst().length());
      // 22 is TLS's type of a handshake record.
      assertThat(tunnelled).startsWith("\u0016").hasSizeGreaterThan(500);
      assertThat(tunnelled).doesNotContain(TOKEN, KEY, "remove_api_key", "/api/", "HTTP/1.1");
      assertThat(api.requests()).hasSize(2).noneMatch(head -> head.contains("Proxy-"));
    }
  }

  @Test
  void aPlainCallHasTheAbsoluteForm() throws IOException {
    try (ScriptedServer api = ScriptedServer.playing(DONE);
        TestProxy proxy = new TestProxy(TestProxy.Kind.AUTHENTICATED);
        ApiFixture fixture =
            new ApiFixture(config(api.url(), proxy(proxy.port(), true), Map.of()))) {
      assertThat(fixture.ask(REMOVE)).isEqualTo(new ApiAnswer.Done());

      assertThat(proxy.heads())
          .singleElement()
          .asString()
          .startsWith("GET " + api.url() + "/api/account/remove_api_key?")
          .contains("\r\nHost: localhost:" + api.port() + "\r\n")
          .contains("\r\nProxy-Authorization: Basic d29ya2VyOlByMHh5LVBhc3N3MHJk\r\n");
      assertThat(api.requests()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void aProxyThatRequiresAuthenticationIsNoConnection(String scheme) throws IOException {
    try (ScriptedServer api =
            scheme.equals("http")
                ? ScriptedServer.playing(DONE)
                : ScriptedServer.playing(server, DONE);
        TestProxy proxy = new TestProxy(TestProxy.Kind.AUTHENTICATED)) {
      String name = "the proxy localhost:" + proxy.port();
      assertThat(ask(config(api.url(), proxy(proxy.port(), false), Map.of())))
          .isEqualTo(
              new ApiAnswer.NoConnection(
                  name + " requires authentication (407); set api.proxy.username and .password"));
      assertThat(
              ask(
                  config(
                      api.url(),
                      new ApiConfig.Proxy(
                          "localhost", proxy.port(), "worker", Secret.of("wrong-pass")),
                      Map.of())))
          .isEqualTo(
              new ApiAnswer.NoConnection(
                  name + " refuses the credentials of api.proxy.username (407)"));
      assertThat(api.requests()).isEmpty();
    }
  }

  @Test
  void aProxyThatCannotReachTheApiIsNoConnection() throws IOException {
    try (ScriptedServer api = ScriptedServer.playing(server, DONE);
        TestProxy proxy = new TestProxy(TestProxy.Kind.CUT_OFF)) {
      assertThat(ask(config(api.url(), proxy(proxy.port(), false), Map.of())))
          .isEqualTo(
              new ApiAnswer.NoConnection(
                  "the proxy localhost:%d cannot reach localhost:%d (502)"
                      .formatted(proxy.port(), api.port())));
    }
  }

  @Test
  void aServerThatIsNoProxyIsNoConnection() throws IOException {
    try (ScriptedServer other = ScriptedServer.playing(send("220 smtp.example ESMTP\r\n\r\n"))) {
      URI api = URI.create("https://localhost:1");
      assertThat(ask(config(api, proxy(other.port(), false), Map.of())))
          .isInstanceOfSatisfying(
              ApiAnswer.NoConnection.class,
              none -> assertThat(none.why()).startsWith("the proxy localhost:" + other.port()));
    }
  }

  /** A 407 without a proxy, and a 403 to a request in absolute form, are answers of the API. */
  @Test
  void theApisOwnRefusalsStayAnswers() throws IOException {
    try (ScriptedServer api = ScriptedServer.playing(answer(407, ""), answer(403, ""));
        TestProxy proxy = new TestProxy(TestProxy.Kind.OPEN)) {
      assertThat(ask(config(api.url(), null, Map.of())).httpStatus()).isEqualTo(407);
      assertThat(ask(config(api.url(), proxy(proxy.port(), false), Map.of())).httpStatus())
          .isEqualTo(403);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PKCS12", "JKS", "PEM"})
  void storesOfEachTypeWork(String type) throws IOException {
    Map<String, Object> tls = new HashMap<>();
    tls.put("ssl.truststore.location", own.trustFile(type).toString());
    tls.put("ssl.truststore.type", type);
    tls.put("ssl.keystore.location", own.clientFile(type).toString());
    tls.put("ssl.keystore.type", type);
    if (!type.equals("PEM")) {
      Password password = new Password(TestCertificates.STORE_PASSWORD);
      tls.put("ssl.truststore.password", password);
      tls.put("ssl.keystore.password", password);
      tls.put("ssl.key.password", password);
    }
    try (ScriptedServer api = ScriptedServer.requiringCertificates(server, DONE)) {
      assertThat(ask(config(api.url(), null, tls))).isEqualTo(new ApiAnswer.Done());
    }
  }

  @Test
  void theKeysOfTheConfigurationMeanWhatKafkasMean() throws IOException {
    try (ScriptedServer api = ScriptedServer.requiringCertificates(server, DONE);
        TestProxy proxy = new TestProxy(TestProxy.Kind.AUTHENTICATED)) {
      Map<String, String> environment = new HashMap<>();
      environment.put("REVOKER_BOOTSTRAP_SERVERS", "b:1");
      environment.put("REVOKER_API_BASE_URL", api.url().toString());
      environment.put("REVOKER_API_PROXY", "http://localhost:" + proxy.port());
      environment.put("REVOKER_API_PROXY_USERNAME", TestProxy.USERNAME);
      environment.put("REVOKER_API_PROXY_PASSWORD", TestProxy.PASSWORD);
      environment.put("REVOKER_API_SSL_TRUSTSTORE_LOCATION", own.trustFile("PEM").toString());
      environment.put("REVOKER_API_SSL_TRUSTSTORE_TYPE", "PEM");
      environment.put(
          "REVOKER_API_SSL_KEYSTORE_LOCATION", CLIENT.get(Certificate.RIGHT).toString());
      environment.put("REVOKER_API_SSL_KEYSTORE_TYPE", "PKCS12");
      environment.put("REVOKER_API_SSL_KEYSTORE_PASSWORD", TestCertificates.STORE_PASSWORD);
      environment.put("REVOKER_API_SSL_KEY_PASSWORD", TestCertificates.STORE_PASSWORD);
      Loaded.Valid valid = (Loaded.Valid) ConfigLoader.load(null, environment);

      assertThat(ask(valid.config().api())).isEqualTo(new ApiAnswer.Done());
      assertThat(proxy.heads()).hasSize(1);
      assertThat(valid.config().toString() + valid.lines())
          .doesNotContain(TestProxy.PASSWORD, TestCertificates.STORE_PASSWORD);
    }
  }

  @Test
  void renewedFilesAreUsedWithoutARestartAndBrokenOnesAreNot() throws IOException {
    Path trust = folder.resolve("renewed.p12");
    replace(trust, TRUST.get(Authority.WRONG), 1);
    try (ScriptedServer api = ScriptedServer.playing(server, DONE);
        ApiFixture fixture = new ApiFixture(config(api.url(), null, tls(trust, null)))) {
      assertThat(fixture.ask(REMOVE)).isInstanceOf(ApiAnswer.NoConnection.class);

      replace(trust, TRUST.get(Authority.PRIVATE), 2);
      assertThat(fixture.ask(REMOVE)).isEqualTo(new ApiAnswer.Done());

      Path broken = Files.writeString(folder.resolve("broken"), "half a file");
      replace(trust, broken, 3);
      api.closeConnections();
      assertThat(fixture.ask(REMOVE)).isEqualTo(new ApiAnswer.Done());
      assertThat(api.connections()).isGreaterThanOrEqualTo(2);
    }
  }

  /** As a tool that renews certificates does it: a new file in the place of the old one. */
  private static void replace(Path file, Path content, int day) throws IOException {
    Path next = Files.copy(content, folder.resolve("next"), StandardCopyOption.REPLACE_EXISTING);
    Files.setLastModifiedTime(next, FileTime.fromMillis(day * 86_400_000L));
    Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void unreachableNamesTheHop() throws IOException {
    try (ScriptedServer api = ScriptedServer.playing(server, DONE);
        ApiFixture fixture =
            new ApiFixture(config(api.url(), null, tls(TRUST.get(Authority.PRIVATE), null)));
        ApiFixture dead = new ApiFixture(config(api.url(), proxy(deadPort(), false), Map.of()))) {
      assertThat(fixture.api.unreachable()).isEmpty();
      assertThat(dead.api.unreachable().orElseThrow()).startsWith("the proxy localhost:");
      assertThat(api.requests()).isEmpty();
    }
  }

  private static ApiAnswer ask(ApiConfig config) {
    try (ApiFixture fixture = new ApiFixture(config)) {
      return fixture.ask(REMOVE);
    }
  }

  private static ApiConfig config(URI url, ApiConfig.Proxy proxy, Map<String, Object> tls) {
    return new ApiConfig(url, 20_000, 20_000, proxy, tls);
  }

  private static ApiConfig.Proxy proxy(int port, boolean credentials) {
    return new ApiConfig.Proxy(
        "localhost",
        port,
        credentials ? TestProxy.USERNAME : null,
        credentials ? Secret.of(TestProxy.PASSWORD) : null);
  }

  private static Map<String, Object> tls(Path trust, Path client) {
    Map<String, Object> tls = new HashMap<>();
    Password password = new Password(TestCertificates.STORE_PASSWORD);
    if (trust != null) {
      tls.put("ssl.truststore.location", trust.toString());
      tls.put("ssl.truststore.password", password);
      tls.put("ssl.truststore.type", "PKCS12");
    }
    if (client != null) {
      tls.put("ssl.keystore.location", client.toString());
      tls.put("ssl.keystore.password", password);
      tls.put("ssl.keystore.type", "PKCS12");
    }
    return tls;
  }

  private static TestProxy.Kind kind(Proxy proxy) {
    return switch (proxy) {
      case NONE, OPEN, DEAD -> TestProxy.Kind.OPEN;
      case AUTHENTICATED -> TestProxy.Kind.AUTHENTICATED;
      case REFUSING -> TestProxy.Kind.REFUSING;
    };
  }

  private static int deadPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
