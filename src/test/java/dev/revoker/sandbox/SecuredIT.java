package dev.revoker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.revoker.model.Secret;
import dev.revoker.time.SystemTime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker that authenticates its clients, and workers with right and wrong settings. */
class SecuredIT {
  private static final String REQUESTS = "key-revocations";
  private static final String URGENT = "key-revocations.urgent";
  private static final String RESULTS = "key-revocations.results";
  private static final String LOGIN = "a-scram-password-for-this-test";
  private static final String HERE = "dns:localhost,ip:127.0.0.1";

  @TempDir private Path temp;

  @Test
  void revokesOverScramAndTls() throws Exception {
    Stores stores = new Stores(temp);
    Map<String, String> broker = new HashMap<>(listener("SASL_SSL", stores.signed("node", HERE)));
    broker.put("listener.name.client.sasl.enabled.mechanisms", "SCRAM-SHA-512");
    broker.put("listener.name.client.scram-sha-512.sasl.jaas.config", jaas(""));
    try (Secured secured = new Secured(broker)) {
      secured.addUser("revoker", LOGIN);
      Map<String, String> good = new HashMap<>(stores.trust());
      good.put("security.protocol", "SASL_SSL");
      good.put("sasl.mechanism", "SCRAM-SHA-512");
      good.put("sasl.jaas.config", jaas(" username=\"revoker\" password=\"" + LOGIN + "\""));

      Map<String, String> wrongPassword = new HashMap<>(good);
      wrongPassword.put(
          "sasl.jaas.config", jaas(" username=\"revoker\" password=\"not-" + LOGIN + "\""));
      secured.refuses(wrongPassword, "sasl.jaas.config");
      Map<String, String> untrusted = new HashMap<>(good);
      untrusted.keySet().removeIf(key -> key.startsWith("ssl.truststore"));
      secured.refuses(untrusted, "ssl.truststore");
      secured.revokes(good);
    }
  }

  @Test
  void revokesWithAClientCertificate() throws Exception {
    Stores stores = new Stores(temp);
    Map<String, String> broker = new HashMap<>(listener("SSL", stores.signed("node", HERE)));
    broker.putAll(listener("SSL", stores.trust()));
    broker.put("listener.name.client.ssl.client.auth", "required");
    try (Secured secured = new Secured(broker)) {
      Map<String, String> trusting = new HashMap<>(stores.trust());
      trusting.put("security.protocol", "SSL");

      secured.refuses(trusting, "ssl.keystore");
      Map<String, String> stranger = new HashMap<>(trusting);
      stranger.putAll(stores.selfSigned("stranger"));
      secured.refuses(stranger, "ssl.keystore");
      Map<String, String> good = new HashMap<>(trusting);
      good.putAll(stores.signed("revoker", "dns:revoker"));
      secured.revokes(good);
    }
  }

  @Test
  void refusesABrokerWithAnotherName() throws Exception {
    Stores stores = new Stores(temp);
    try (Secured secured =
        new Secured(listener("SSL", stores.signed("node", "dns:kafka.example")))) {
      Map<String, String> settings = new HashMap<>(stores.trust());
      settings.put("security.protocol", "SSL");
      secured.refuses(settings, "ssl.truststore");
      assertThat(secured.log).content().contains("No subject alternative names matching");
    }
  }

  private static Map<String, String> listener(String protocol, Map<String, String> ssl) {
    Map<String, String> settings =
        ssl.entrySet().stream()
            .collect(
                Collectors.toMap(
                    entry -> "listener.name.client." + entry.getKey(), Map.Entry::getValue));
    settings.put(
        "listener.security.protocol.map",
        "CLIENT:" + protocol + ",INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT");
    return settings;
  }

  private static String jaas(String options) {
    return "org.apache.kafka.common.security.scram.ScramLoginModule required" + options + ";";
  }

  /** The broker with a request on it, and the API. */
  private final class Secured implements AutoCloseable {
    private final SystemTime time = new SystemTime();
    private final Broker broker;
    private final SandboxApi api;
    private final String inside;
    private final Path log = temp.resolve("worker.log");
    private final Secret key;
    private final ResultLog results;

    Secured(Map<String, String> settings) throws Exception {
      broker = Broker.start(Broker.Options.with(settings));
      inside = broker.node(1).internalAddress();
      SandboxAccount account = new SandboxAccount("acme", Secret.of("pw-acme-sandbox"), List.of());
      api = SandboxApi.start(SandboxApi.Options.defaults().withAccounts(List.of(account)), time);
      for (String topic : List.of(REQUESTS, URGENT, RESULTS)) {
        broker.createTopic(topic, 1, Map.of());
      }
      key = api.generateKeys("acme", 1).getFirst();
      results = new ResultLog(inside, RESULTS);
      try (Submitter submitter = new Submitter(inside)) {
        submitter.send(REQUESTS, List.of(Submitter.request(key, Map.of())));
      }
    }

    void addUser(String name, String password) throws Exception {
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", inside))) {
        ScramCredentialInfo info = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096);
        admin
            .alterUserScramCredentials(
                List.of(new UserScramCredentialUpsertion(name, info, password)))
            .all()
            .get();
      }
    }

    /** The worker ends, names the setting in its log, and has called nothing. */
    void refuses(Map<String, String> connection, String setting) throws Exception {
      try (WorkerProcess worker = worker(connection)) {
        await().atMost(Duration.ofSeconds(60)).until(() -> !worker.alive());
        assertThat(log).content().contains(setting);
        assertNoSecrets();
        assertThat(api.ledger().isActive(key)).isTrue();
        assertThat(results.count()).isZero();
      }
    }

    void revokes(Map<String, String> connection) throws Exception {
      try (WorkerProcess worker = worker(connection)) {
        await().atMost(Duration.ofSeconds(60)).until(() -> results.count() > 0);
        assertThat(results.all()).singleElement().extracting("outcome").isEqualTo("revoked");
        assertThat(api.ledger().isActive(key)).isFalse();
        assertThat(worker.stop()).isZero();
        assertNoSecrets();
      }
    }

    private void assertNoSecrets() {
      assertThat(log)
          .content()
          .doesNotContain(LOGIN, Stores.PASSWORD, "pw-acme-sandbox", key.reveal());
    }

    private WorkerProcess worker(Map<String, String> connection) {
      Map<String, String> settings = new HashMap<>(connection);
      settings.put("bootstrap.servers", broker.bootstrapServers());
      settings.put("api.base.url", api.url().toString());
      settings.put("accounts", "acme");
      settings.put("account.acme.username", "acme");
      settings.put("account.acme.password", "pw-acme-sandbox");
      return WorkerProcess.start(settings, log);
    }

    @Override
    public void close() {
      results.close();
      api.close();
      broker.close();
      time.close();
    }
  }
}
