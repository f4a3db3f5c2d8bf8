package dev.revoker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.revoker.sandbox.Faults.Fault;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sandbox speaks TLS with a given certificate. */
class SandboxTlsTest {
  @TempDir private Path temp;

  @Test
  void servesWithItsCertificateAndResetsAsWithoutTls() throws Exception {
    Stores stores = new Stores(temp);
    try (SandboxApi sandbox = start(stores.signed("api", "ip:127.0.0.1"))) {
      assertThat(sandbox.url()).hasScheme("https");
      assertThat(status(sandbox, stores.trust())).isEqualTo(400);
      assertThatThrownBy(() -> status(sandbox, stores.selfSigned("stranger")))
          .as("a client that does not trust the authority")
          .isInstanceOf(SSLException.class);
      for (Fault fault : new Fault[] {Fault.RESET, Fault.HALF_ANSWER, Fault.CLOSE_BEFORE_EFFECT}) {
        sandbox.faults(Faults.NONE.with(fault, 1));
        assertThatThrownBy(() -> status(sandbox, stores.trust()))
            .as(fault.name())
            .isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void asksForAClientCertificate() throws Exception {
    Stores stores = new Stores(temp);
    Map<String, String> server = new HashMap<>(stores.signed("api", "ip:127.0.0.1"));
    server.putAll(stores.trust());
    server.put("ssl.client.auth", "required");
    Map<String, String> client = new HashMap<>(stores.trust());
    try (SandboxApi sandbox = start(server)) {
      assertThatThrownBy(() -> status(sandbox, client)).isInstanceOf(IOException.class);
      client.putAll(stores.signed("client", "dns:client"));
      assertThat(status(sandbox, client)).isEqualTo(400);
    }
  }

  @Test
  void namesTheMistakeInTheFile() throws Exception {
    Stores stores = new Stores(temp);
    Map<String, String> good = stores.selfSigned("api");
    assertThatThrownBy(() -> start(Map.of("ssl.keystore.locatoin", "x")))
        .hasMessageContainingAll("tls.properties", "ssl.keystore.locatoin");
    assertThatThrownBy(() -> start(Map.of())).hasMessageContaining("ssl.keystore.location");
    Map<String, String> wrong = new HashMap<>(good);
    wrong.put("ssl.keystore.password", "hunter2");
    assertThatThrownBy(() -> start(wrong))
        .hasMessageContaining("tls.properties")
        .hasMessageNotContaining("hunter2");
  }

  private SandboxApi start(Map<String, String> settings) throws IOException {
    Path file =
        Files.writeString(
            temp.resolve("tls.properties"),
            settings.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining("\n")));
    return SandboxApi.start(SandboxApi.Options.defaults().withTls(file), new SharedTime());
  }

  /** The status of a call without parameters. */
  private static int status(SandboxApi sandbox, Map<String, String> client) throws Exception {
    SSLContext context;
    try (DefaultSslEngineFactory factory = new DefaultSslEngineFactory()) {
      factory.configure(new ConfigDef().withClientSslSupport().parse(client));
      context = factory.sslContext();
    }
    try (HttpClient http = HttpClient.newBuilder().sslContext(context).build()) {
      HttpRequest login =
          HttpRequest.newBuilder(sandbox.url().resolve("/api/account/login")).build();
      return http.send(login, BodyHandlers.ofString()).statusCode();
    }
  }
}
