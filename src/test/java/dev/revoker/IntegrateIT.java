package dev.revoker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.revoker.message.Decryption;
import dev.revoker.message.Encryption;
import dev.revoker.message.Fingerprints;
import dev.revoker.message.RequestReader;
import dev.revoker.model.Request;
import dev.revoker.model.Secret;
import dev.revoker.model.Source;
import dev.revoker.sandbox.Broker;
import dev.revoker.sandbox.SandboxAccount;
import dev.revoker.sandbox.SandboxApi;
import dev.revoker.sandbox.WorkerProcess;
import dev.revoker.time.SystemTime;
import java.io.StringWriter;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands and programs of docs/INTEGRATE.md and docs/OPERATE.md, as they stand there but for
 * the broker's address, against a broker that lets each principal do no more than the document
 * says.
 *
 * <p>kcat, jq and Python's confluent-kafka are run where there are any.
 */
class IntegrateIT {
  private static final Path INTEGRATE = Path.of("docs/INTEGRATE.md");
  private static final Path OPERATE = Path.of("docs/OPERATE.md");
  private static final String RESULTS = "key-revocations.results";
  private static final List<String> PEOPLE =
      List.of("admin", "revoker", "scanner", "incident-bot", "hr");

  @TempDir static Path temp;

  private static SystemTime time;
  private static SandboxApi api;
  private static Broker broker;
  private static WorkerProcess worker;
  private static Shell shell;

  @BeforeAll
  static void start() throws Exception {
    time = new SystemTime();
    SandboxAccount account = new SandboxAccount("acme", Secret.of("password-acme"), List.of());
    api = SandboxApi.start(SandboxApi.Options.defaults().withAccounts(List.of(account)), time);
    broker = Broker.start(Broker.Options.with(guarded()));
    shell = new Shell(temp, broker.bootstrapServers());
    shell.file(
        "client.properties",
        "security.protocol=SASL_PLAINTEXT",
        "sasl.mechanism=PLAIN",
        "sasl.jaas.config=${env:JAAS}",
        "config.providers=env",
        "config.providers.env.class=org.apache.kafka.common.config.provider.EnvVarConfigProvider");
    shell.file(
        "revoker.properties",
        "bootstrap.servers=" + broker.bootstrapServers(),
        "security.protocol=SASL_PLAINTEXT",
        "sasl.mechanism=PLAIN",
        "sasl.jaas.config=${env:JAAS}",
        "api.base.url=" + api.url(),
        "accounts=main",
        "account.main.username=acme",
        "account.main.password=password-acme",
        "ops.listen=127.0.0.1:0");
    makeTopics();
    giveRights();
    Shell.Run check = shell.type("bin/revoker check --config revoker.properties", as("revoker"));
    assertThat(check.exit()).as(check.toString()).isZero();
    Shell.Run without = shell.type("bin/revoker check --config revoker.properties", as("hr"));
    assertThat(without.exit()).isEqualTo(1);
    assertThat(without.toString())
        .contains("needs Write and Describe on transactional ids with the prefix revoker-");
    checkFindsThatMemoryMayNotRead();
    Map<String, String> settings = new HashMap<>(connection("revoker"));
    settings.put("bootstrap.servers", broker.bootstrapServers());
    settings.put("api.base.url", api.url().toString());
    settings.put("accounts", "main");
    settings.put("account.main.username", "acme");
    settings.put("account.main.password", "password-acme");
    worker = WorkerProcess.start(settings, temp.resolve("worker.log"));
    await().atMost(Duration.ofSeconds(60)).untilAsserted(IntegrateIT::assertServing);
  }

  /** Read on the results topic is all that is missing: a warning, as the worker works without. */
  private static void checkFindsThatMemoryMayNotRead() throws Exception {
    String read = " --allow-principal User:revoker --operation Read --topic " + RESULTS;
    String acls = "kafka-acls.sh --bootstrap-server kafka:9092 ";
    assertThat(shell.type(acls + "--remove --force" + read, as("admin")).exit()).isZero();
    Shell.Run check = shell.type("bin/revoker check --config revoker.properties", as("revoker"));
    assertThat(check.exit()).as(check.toString()).isZero();
    assertThat(check.out())
        .containsPattern(
            "warning topic %s: .* lacks the right Read on the topic".formatted(RESULTS));
    assertThat(shell.type(acls + "--add" + read, as("admin")).exit()).isZero();
  }

  @AfterAll
  static void stop() {
    worker.close();
    broker.close();
    api.close();
    time.close();
  }

  /** Everything that the first chapter types. */
  @Test
  void filesByHand() throws Exception {
    Secret key = key();
    shell.file("left.csv", "api_securekey,requested_by,label.person", key.reveal() + ",hr,jane");
    List<String> commands = Markdown.commands(INTEGRATE, "bin/revoker submit");
    Secret leaked = key();
    Secret pushed = key();
    String cases = "src/test/resources/dev/revoker/submit/cases/";
    shell.file("gitleaks.json", report(cases + "gitleaks.json", leaked));
    shell.file("trufflehog.ndjson", report(cases + "trufflehog.ndjson", pushed));
    assertThat(commands).hasSize(4);
    for (String command : commands) {
      // The scanner is not on Maven Central.
      String typed = command.replaceAll("^trufflehog .* --json", "cat trufflehog.ndjson");
      Shell.Run run = shell.type(typed, as("hr"));
      assertThat(run.exit()).as(command + ": " + run).isZero();
    }
    assertThat(api.ledger().isActive(key)).isFalse();
    assertThat(api.ledger().isActive(leaked)).isFalse();
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(api.ledger().isActive(pushed)).isFalse());
    assertThat(temp.resolve("outcome.csv")).content().contains(",revoked,success,inactive,");
    Shell.Run resumed =
        shell.type(
            commands
                .get(1)
                .replace("--wait", "--wait --resume")
                .replace("outcome.csv", "again.csv"),
            as("hr"));
    assertThat(resumed.err()).contains("of 1 requests 1 have succeeded");
    for (String command : Markdown.commands(INTEGRATE, "bin/revoker redrive")) {
      Shell.Run run = shell.type(command, as("hr"));
      assertThat(run.err()).as(command + ": " + run).contains("nothing");
      assertThat(run.exit()).isZero();
    }
    for (String command : Markdown.commands(INTEGRATE, "bin/revoker schema")) {
      assertThat(shell.type(command, Map.of()).out()).startsWith("{").endsWith("}\n");
    }
  }

  @Test
  void javaAsksAndLearns() throws Exception {
    Secret key = key();
    try (URLClassLoader programs = compiled()) {
      Class<?> alerts = programs.loadClass("LeakedKeyAlerts");
      try (AutoCloseable sender =
          (AutoCloseable) alerts.getConstructor(Properties.class).newInstance(client("scanner"))) {
        alerts
            .getMethod("revoke", String.class, String.class, String.class)
            .invoke(sender, "java-1", key.reveal(), "acme/site");
      }
      assertEncrypts(programs.loadClass("EncryptedKeys"), key);
      Class<?> handler = programs.loadClass("Revocations$Handler");
      AtomicReference<List<Object>> received = new AtomicReference<>();
      Object taker =
          Proxy.newProxyInstance(
              programs,
              new Class<?>[] {handler},
              (self, method, values) -> {
                if (values[0].equals("java-1")) {
                  received.set(List.of(method.getName(), values[1]));
                }
                return null;
              });
      Properties reader = client("incident-bot");
      reader.put("group.id", "incident-bot");
      long until = time.millis() + 60_000;
      BooleanSupplier goOn = () -> received.get() == null && time.millis() < until;
      programs
          .loadClass("Revocations")
          .getMethod("follow", Properties.class, handler, BooleanSupplier.class)
          .invoke(null, reader, taker, goOn);
      assertThat(received.get()).first().isEqualTo("dead");
      assertThat(received.get().get(1)).asString().isEqualTo(fingerprint(key));
    }
    assertThat(api.ledger().isActive(key)).isFalse();
  }

  private static void assertEncrypts(Class<?> program, Secret key) throws Exception {
    Encryption.Pair pair = Encryption.Pair.generate("2026-12");
    Path publicKeys = Files.writeString(temp.resolve("public.jwks"), pair.publicSet());
    Path privateKeys = Files.writeString(temp.resolve("private.jwks"), pair.privateSet().reveal());
    Object jwe =
        program
            .getMethod("encrypted", String.class, Path.class)
            .invoke(null, key.reveal(), publicKeys);
    Request request =
        new RequestReader(
                Set.of("main"), "main", new Fingerprints(null), Decryption.with(privateKeys, true))
            .read(
                new Source("t", 0, 0),
                "urgent",
                ("{\"api_securekey_jwe\":\"" + jwe + "\"}").getBytes(StandardCharsets.UTF_8),
                name -> null,
                Instant.EPOCH,
                Instant.EPOCH);
    assertThat(((Request.Valid) request).key()).isEqualTo(key);
  }

  @Test
  void pythonAsksAndLearns() throws Exception {
    String python =
        Stream.of("python3", "/usr/bin/python3")
            .filter(program -> Shell.succeeds(program, "-c", "import confluent_kafka"))
            .findFirst()
            .orElse("");
    assumeTrue(!python.isEmpty(), "there is no confluent-kafka for Python here");
    Secret key = key();
    List<String> programs = Markdown.blocks(INTEGRATE, "python");
    assertThat(programs).hasSize(3);
    shell.file(
        "ask.py",
        secured(programs.get(0), "scanner"),
        "import sys",
        "revoke('python-1', sys.stdin.read().strip(), 'acme/site')");
    shell.file("leaked.txt", key.reveal());
    assertThat(shell.type(python + " ask.py < leaked.txt", Map.of()).exit()).isZero();
    shell.file(
        "learn.py",
        secured(programs.get(1), "incident-bot")
            .replace("\"incident-bot\",", "\"incident-bot\", \"client.id\": \"p\","),
        "def dead(request, fingerprint):",
        "    if request == 'python-1':",
        "        print(fingerprint)",
        "        raise SystemExit(0)",
        "ignore = lambda *more: None",
        "follow(dead, ignore, ignore)");
    Shell.Run learned = shell.type(python + " learn.py", Map.of());
    assertThat(learned.exit()).as(learned.toString()).isZero();
    assertThat(learned.out().strip()).isEqualTo(fingerprint(key));
  }

  @Test
  void consoleToolsAskAndLearn() throws Exception {
    assumeTrue(Shell.find("jq").isPresent(), "there is no jq here");
    Secret key = key();
    shell.file("leaked.txt", key.reveal());
    String ask = only(Markdown.commands(INTEGRATE, "kafka-console-producer.sh"));
    Shell.Run asked = shell.type(ask, as("scanner"));
    assertThat(asked.exit()).as(asked.toString()).isZero();
    assertLearned(key);
    String learn = only(Markdown.commands(INTEGRATE, "kafka-console-consumer.sh"));
    Map<String, String> admin = new HashMap<>(as("admin"));
    admin.put("MORE", "--timeout-ms 6000");
    assertThat(shell.type(learn, admin).out()).contains(fingerprint(key));
  }

  @Test
  void kcatAsksAndLearns() throws Exception {
    assumeTrue(
        Shell.find("kcat").isPresent() && Shell.find("jq").isPresent(),
        "there is no kcat or jq here");
    Secret key = key();
    shell.file("leaked.txt", key.reveal());
    Shell.Run asked = shell.type(only(Markdown.commands(INTEGRATE, "kcat -P")), kcat("scanner"));
    assertThat(asked.exit()).as(asked.toString()).isZero();
    assertLearned(key);
    // As it stands it would follow the topic for ever.
    String learn = only(Markdown.commands(INTEGRATE, "kcat -C")) + " -e";
    assertThat(shell.type(learn, kcat("incident-bot")).out()).contains(fingerprint(key));
  }

  @Test
  void watchShowsOneRequest() throws Exception {
    Secret key = key();
    shell.file(
        "one.ndjson", "{\"api_securekey\":\"" + key.reveal() + "\",\"request_id\":\"alert-4711\"}");
    assertThat(
            shell
                .type("bin/revoker submit --config revoker.properties one.ndjson", as("hr"))
                .exit())
        .isZero();
    String command =
        only(
            Markdown.commands(
                INTEGRATE, "bin/revoker watch --config revoker.properties --request"));
    assertThat(shell.type(command, as("hr")).out()).contains("alert-4711", "inactive");
  }

  @Test
  void nobodyElseReadsRequestsOrWritesResults() throws Exception {
    for (String who : List.of("scanner", "incident-bot")) {
      Shell.Run run =
          shell.type(
              "kafka-console-consumer.sh --bootstrap-server kafka:9092 --from-beginning"
                  + " --timeout-ms 5000 --group incident-bot --topic key-revocations.urgent",
              as(who));
      assertThat(run.out()).isEmpty();
      assertThat(run.err()).contains("Authorization");
    }
    Properties writer = client("incident-bot");
    writer.put("enable.idempotence", "false");
    assertThatThrownBy(
            () -> {
              try (var producer =
                  new KafkaProducer<>(writer, new StringSerializer(), new StringSerializer())) {
                producer.send(new ProducerRecord<>(RESULTS, "{}")).get();
              }
            })
        .hasCauseInstanceOf(TopicAuthorizationException.class);
  }

  @Test
  void operatorsLookAndRaiseTheRetention() throws Exception {
    Matcher raise = Pattern.compile("`(kafka-configs\\.sh [^`]+)`").matcher(Markdown.read(OPERATE));
    assertThat(raise.find()).isTrue();
    Shell.Run raised = shell.type(raise.group(1), as("admin"));
    assertThat(raised.exit()).as(raised.toString()).isZero();
    String describe = only(Markdown.commands(OPERATE, "--describe --group revoker"));
    Shell.Run described = shell.type(describe, as("admin"));
    assertThat(described.exit()).as(described.toString()).isZero();
    assertThat(described.out()).contains("key-revocations.urgent");
  }

  /** A newer version's metadata stops the worker; the last resort drops it and nothing else. */
  @Test
  void aStuckPartitionIsFreed() throws Exception {
    TopicPartition stuck = new TopicPartition("key-revocations", 3);
    assertThat(worker.stop()).isZero();
    try (Admin admin = Admin.create(client("admin"))) {
      OffsetAndMetadata newer = new OffsetAndMetadata(0, "9:made by a newer version");
      await().until(() -> taken(admin, Map.of(stuck, newer)));
      worker.restart();
      worker.awaitExit();
      assertThat(worker.log())
          .content()
          .contains("the metadata of the committed offset")
          .contains("has version 9, which this worker does not know");

      String reset = only(Markdown.commands(OPERATE, "--to-current"));
      // The tool takes it only of a group that the brokers know to be empty.
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () -> {
                Shell.Run run = shell.type(reset, as("admin"));
                assertThat(committed(admin, stuck))
                    .as(run.toString())
                    .isEqualTo(new OffsetAndMetadata(0, ""));
              });
    } finally {
      if (worker.alive()) {
        worker.kill();
      }
      worker.restart();
    }
    Secret key = key();
    shell.file("after.txt", key.reveal());
    Shell.Run after =
        shell.type("bin/revoker submit --config revoker.properties --wait after.txt", as("hr"));
    assertThat(after.exit()).as(after.toString()).isZero();
  }

  private static OffsetAndMetadata committed(Admin admin, TopicPartition partition)
      throws Exception {
    return admin
        .listConsumerGroupOffsets("revoker")
        .partitionsToOffsetAndMetadata()
        .get()
        .get(partition);
  }

  /** Only of a group without members. */
  private static boolean taken(Admin admin, Map<TopicPartition, OffsetAndMetadata> offsets) {
    try {
      admin.alterConsumerGroupOffsets("revoker", offsets).all().get();
      return true;
    } catch (ExecutionException notYet) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void assertServing() throws Exception {
    assertThat(worker.alive()).as(Markdown.read(worker.log())).isTrue();
    assertThat(worker.log()).content().contains("partitions assigned");
  }

  private static void assertLearned(Secret key) {
    await().atMost(Duration.ofSeconds(30)).until(() -> !api.ledger().isActive(key));
  }

  private static Secret key() {
    return api.generateKeys("acme", 1).getFirst();
  }

  private static String fingerprint(Secret key) {
    return String.valueOf(new dev.revoker.message.Fingerprints(null).of(key));
  }

  private static String only(List<String> commands) {
    List<String> distinct = commands.stream().distinct().toList();
    assertThat(distinct).hasSize(1);
    return distinct.getFirst();
  }

  /** One node, so one replica; everything else as it stands. */
  private static void makeTopics() throws Exception {
    List<String> commands = Markdown.commands(INTEGRATE, "kafka-topics.sh");
    assertThat(commands).hasSize(3);
    for (String command : commands) {
      String here =
          command
              .replace("--replication-factor 3", "--replication-factor 1")
              .replace("min.insync.replicas=2", "min.insync.replicas=1");
      Shell.Run run = shell.type(here, as("admin"));
      assertThat(run.exit()).as(run.toString()).isZero();
    }
  }

  /** The commands, and two in their form for the rows of the table that have none. */
  private static String report(String file, Secret key) throws Exception {
    return Files.readString(Path.of(file)).replaceAll("feed[0-9a-f]{28}", key.reveal());
  }

  private static void giveRights() throws Exception {
    List<String> commands = new ArrayList<>(Markdown.commands(INTEGRATE, "kafka-acls.sh"));
    assertThat(commands).hasSize(6);
    String hr = "kafka-acls.sh --bootstrap-server kafka:9092 --add --allow-principal User:hr ";
    String requests =
        "--operation Write --operation Describe --operation Read --topic key-revocations";
    commands.add(hr + requests + " --topic key-revocations.urgent");
    commands.add(hr + "--operation Read --operation Describe --topic " + RESULTS);
    for (String command : commands) {
      Shell.Run run = shell.type(command, as("admin"));
      assertThat(run.exit()).as(run.toString()).isZero();
    }
  }

  /** Clients log in by SASL; the nodes among themselves are trusted. */
  private static Map<String, String> guarded() {
    String users =
        PEOPLE.stream()
            .map(name -> "user_" + name + "=\"" + name + "-password\"")
            .collect(Collectors.joining(" "));
    return Map.of(
        "listener.security.protocol.map",
        "CLIENT:SASL_PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "listener.name.client.sasl.enabled.mechanisms",
        "PLAIN",
        "listener.name.client.plain.sasl.jaas.config",
        "org.apache.kafka.common.security.plain.PlainLoginModule required " + users + ";",
        "authorizer.class.name",
        "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users",
        "User:ANONYMOUS;User:admin");
  }

  private static String jaas(String who) {
    return "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\" password=\"%s-password\";"
        .formatted(who, who);
  }

  private static Map<String, String> as(String who) {
    return Map.of("JAAS", jaas(who));
  }

  private static Map<String, String> connection(String who) {
    return Map.of(
        "security.protocol", "SASL_PLAINTEXT",
        "sasl.mechanism", "PLAIN",
        "sasl.jaas.config", jaas(who));
  }

  private static Properties client(String who) {
    Properties client = new Properties();
    client.putAll(connection(who));
    client.put("bootstrap.servers", broker.bootstrapServers());
    return client;
  }

  private static Map<String, String> kcat(String who) throws Exception {
    Path file =
        shell.file(
            "kcat-" + who,
            "security.protocol=SASL_PLAINTEXT",
            "sasl.mechanisms=PLAIN",
            "sasl.username=" + who,
            "sasl.password=" + who + "-password");
    return Map.of("KCAT_CONFIG", file.toString());
  }

  /** The program with a login of its own. */
  private static String secured(String program, String who) {
    return program.replace(
        "\"bootstrap.servers\": \"kafka:9092\"",
        "\"bootstrap.servers\": \"%s\", \"security.protocol\": \"SASL_PLAINTEXT\", \"sasl.mechanisms\": \"PLAIN\", \"sasl.username\": \"%s\", \"sasl.password\": \"%s-password\""
            .formatted(broker.bootstrapServers(), who, who));
  }

  private static URLClassLoader compiled() throws Exception {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    assumeTrue(compiler != null, "only a JDK can compile");
    List<String> sources = Markdown.blocks(INTEGRATE, "java");
    assertThat(sources).hasSize(3);
    List<Path> files = new ArrayList<>();
    for (String source : sources) {
      Matcher name = Pattern.compile("public final class (\\w+)").matcher(source);
      assertThat(name.find()).isTrue();
      files.add(Files.writeString(temp.resolve(name.group(1) + ".java"), source));
    }
    StringWriter received = new StringWriter();
    List<String> options =
        List.of("-proc:none", "-d", temp.toString(), "-cp", System.getProperty("java.class.path"));
    var units =
        compiler.getStandardFileManager(null, null, null).getJavaFileObjectsFromPaths(files);
    assertThat(compiler.getTask(received, null, null, options, null, units).call())
        .as(received.toString())
        .isTrue();
    return new URLClassLoader(new URL[] {temp.toUri().toURL()}, IntegrateIT.class.getClassLoader());
  }
}
