package dev.revoker.config;

import static dev.revoker.config.Loading.config;
import static dev.revoker.config.Loading.load;
import static dev.revoker.config.Loading.problems;
import static dev.revoker.config.Loading.valid;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Credentials;
import dev.revoker.model.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where values come from: the file, the environment over it, and what references lead to. */
class SourcesTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "REVOKER_API_BASE_URL,        api.base.url",
    "REVOKER_ACCOUNT_A__B_USERNAME, account.a_b.username",
    "REVOKER_LANE_A___B_TOPIC,    lane.a-b.topic",
    "REVOKER_A____B,              a-.b",
    "REVOKER_A_____B,             a-_b",
    "REVOKER_A______B,            a--b",
    "REVOKER_mIxEd_CASE,          mixed.case",
  })
  void aVariableIsReadAsKafkasImagesReadTheirs(String variable, String key) {
    assertThat(ConfigLoader.keyOf(variable)).isEqualTo(key);
  }

  @ParameterizedTest
  @CsvSource({"api.base.url", "account.a_b.username", "lane.a-b.topic"})
  void everyKeyHasAVariable(String key) {
    assertThat(ConfigLoader.keyOf(ConfigLoader.variableOf(key))).isEqualTo(key);
  }

  @Test
  void theEnvironmentGoesOverTheFile() {
    Loaded.Valid valid =
        valid(Map.of("REVOKER_MAX_IN_FLIGHT", "7"), "max.in.flight=3", "rate.limit.per.second=9");

    assertThat(valid.config().limits()).isEqualTo(new Config.Limits(7, 9));
    assertThat(valid.lines())
        .contains(
            "max.in.flight = 7 (environment)",
            "rate.limit.per.second = 9 (file)",
            "retry.max.attempts = 6 (default)",
            "consumer.enable.auto.commit = false (fixed)")
        .isSorted();
  }

  @Test
  void aVariableNamesTheFileWhereTheOptionDoesNot() throws IOException {
    Path named = Files.writeString(folder.resolve("named"), Loading.BROKERS + "\nmax.in.flight=3");
    Path option =
        Files.writeString(folder.resolve("option"), Loading.BROKERS + "\nmax.in.flight=4");
    Map<String, String> environment = Map.of("REVOKER_CONFIG", named.toString());

    assertThat(maxInFlight(ConfigLoader.load(null, environment))).isEqualTo(3);
    assertThat(maxInFlight(ConfigLoader.loadWithoutAccounts(null, environment))).isEqualTo(3);
    assertThat(maxInFlight(ConfigLoader.load(option, environment))).isEqualTo(4);
    assertThat(ConfigLoader.load(null, Map.of("REVOKER_CONFIG", "/not/there")))
        .isEqualTo(
            new Loaded.Invalid(List.of("REVOKER_CONFIG = /not/there: the file does not exist")));
    assertThat(
            maxInFlight(
                ConfigLoader.load(
                    null, Map.of("REVOKER_CONFIG", "", "REVOKER_BOOTSTRAP_SERVERS", "b:1"))))
        .isEqualTo(64);
  }

  private static int maxInFlight(Loaded loaded) {
    return ((Loaded.Valid) loaded).config().limits().maxInFlight();
  }

  @Test
  void theEnvironmentAloneWillDo() {
    Loaded loaded = ConfigLoader.load(null, Map.of("REVOKER_BOOTSTRAP_SERVERS", "broker:9092"));

    assertThat(loaded).isInstanceOf(Loaded.Valid.class);
  }

  @Test
  void variablesOfTheScriptAndOfTheLoggingAreNoConfiguration() {
    Map<String, String> others =
        Map.of(
            "REVOKER_LOG_FORMAT", "json",
            "REVOKER_LOG_LEVEL", "DEBUG",
            "REVOKER_JAVA_OPTS", "-Xmx1g",
            "REVOKER_HOME", "/opt/revoker",
            "REVOKER_CONFIG", "/not/there/because/a/file/is/given",
            "PATH", "/bin");

    assertThat(valid(others).lines()).isEqualTo(valid().lines());
  }

  @Test
  void whatKubernetesSetsForAServiceIsNoConfiguration() {
    Map<String, String> links =
        Map.of(
            "REVOKER_SERVICE_HOST", "10.0.0.1",
            "REVOKER_SERVICE_PORT", "9464",
            "REVOKER_SERVICE_PORT_METRICS", "9464",
            "REVOKER_PORT", "tcp://10.0.0.1:9464",
            "REVOKER_PORT_9464_TCP", "tcp://10.0.0.1:9464",
            "REVOKER_PORT_9464_TCP_ADDR", "10.0.0.1",
            "REVOKER_OPS_PORT_9464_TCP_PROTO", "tcp");

    Loaded.Valid valid = valid(links, "accounts=a", "account.a.api.token=ab");

    assertThat(valid.warnings())
        .containsExactly(
            "REVOKER_OPS_PORT_9464_TCP_PROTO: ignored, and 6 more variables like it: Kubernetes"
                + " sets them for a Service (enableServiceLinks)");
    assertThat(problems(Map.of("REVOKER_PORT", "9464"))).hasSize(1);
  }

  @Test
  void theFileIsAPropertiesFile() {
    Config config =
        config(
            "# a comment \\",
            "! another",
            "  group.id : a\\",
            "      b \\u0063\\\\",
            "",
            "max.in.flight 5",
            "lanes=urgent\\",
            "",
            "results.topic=x");

    assertThat(config.kafka().groupId()).isEqualTo("ab c\\");
    assertThat(config.limits().maxInFlight()).isEqualTo(5);
    assertThat(config.resultsTopic()).isEqualTo("x");
  }

  @Test
  void aFileThatCanNotBeReadIsAProblem() throws IOException {
    Path missing = folder.resolve("missing.properties");
    assertThat(ConfigLoader.load(missing, Map.of()))
        .isEqualTo(new Loaded.Invalid(List.of(missing + ": the file does not exist")));
    assertThat(ConfigLoader.load(folder, Map.of()))
        .isEqualTo(new Loaded.Invalid(List.of(folder + ": the file is a folder")));
    Path latin = folder.resolve("latin1.properties");
    Files.write(latin, "group.id=\u00e4".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(ConfigLoader.load(latin, Map.of()))
        .isEqualTo(new Loaded.Invalid(List.of(latin + ": the file is not UTF-8")));
    Path large = folder.resolve("large.properties");
    Files.writeString(large, "#".repeat((1 << 20) + 1));
    assertThat(ConfigLoader.load(large, Map.of()))
        .isEqualTo(new Loaded.Invalid(List.of(large + ": the file is larger than 1048576 bytes")));
  }

  @Test
  void aByteOrderMarkIsNoPartOfTheFirstKey() {
    assertThat(load("\uFEFF" + Loading.BROKERS)).isInstanceOf(Loaded.Valid.class);
  }

  @Test
  void aKeyStandsInTheFileOnce() {
    assertThat(problems("max.in.flight=3", "# x", "max.in.flight=y"))
        .containsExactly(
            "max.in.flight: is set twice, in lines 2 and 4; keep one",
            "max.in.flight = y: must be a whole number from 1 to 10000");
    assertThat(problems(Map.of("REVOKER_GROUP_ID", "a", "REVOKER_group_id", "b")))
        .containsExactly(
            "group.id: is set twice, by REVOKER_GROUP_ID and REVOKER_group_id; keep one");
  }

  @Test
  void aBrokenEscapeIsToldByItsLine() {
    assertThat(problems("group.id=\\u00zz", "max.in.flight=x"))
        .containsExactly(
            "line 2: a \\u must be followed by four hex digits",
            "max.in.flight = x: must be a whole number from 1 to 10000");
  }

  @Test
  void referencesAreResolved() throws IOException {
    Files.writeString(folder.resolve("secrets.properties"), "pw=from-file\n");
    Files.writeString(folder.resolve("fingerprint"), "from-a-folder-of-files\n");

    Loaded.Valid valid =
        valid(
            Map.of("WHERE", "https://example.com"),
            "api.base.url=${env:WHERE}/cielo",
            "accounts=a,b",
            "account.a.username=me",
            "account.a.password=${file:" + folder + "/secrets.properties:pw}",
            "account.b.api.token=${dir:" + folder + ":fingerprint}",
            "fingerprint.secret=${dir:" + folder + ":fingerprint}");

    assertThat(valid.config().api().baseUrl()).hasToString("https://example.com/cielo");
    assertThat(valid.config().accounts().get("a"))
        .isEqualTo(new Credentials.Password("me", Secret.of("from-file")));
    assertThat(valid.config().fingerprintSecret()).isEqualTo(Secret.of("from-a-folder-of-files"));
    assertThat(valid.lines())
        .contains(
            "api.base.url = ${env:WHERE}/cielo (file)",
            "account.a.password = *** (file)",
            "fingerprint.secret = *** (file)");
  }

  @Test
  void aReferenceThatLeadsNowhereIsAProblem() throws IOException {
    Files.writeString(folder.resolve("some.properties"), "a=b\n");

    assertThat(
            problems(
                "api.base.url=${env:NOT_SET}",
                "group.id=${file:/not/there:x}",
                "results.topic=${file:" + folder + "/some.properties:x}",
                "lane.urgent.topic=${dir:" + folder + ":x}",
                "lane.standard.topic=${dir:/not/there:x}",
                "fingerprint.secret=hunter${vault:2}",
                "ops.listen=${file:x}",
                "hold.max.ms=${env:a:b}"))
        .containsExactly(
            "api.base.url: its reference cannot be resolved: the variable NOT_SET is not set",
            "group.id: its reference cannot be resolved: the file /not/there does not exist",
            "results.topic: its reference cannot be resolved: the file "
                + folder
                + "/some.properties has no key x",
            "lane.urgent.topic: its reference cannot be resolved: the folder "
                + folder
                + " has no file x",
            "lane.standard.topic: its reference cannot be resolved: the folder /not/there does"
                + " not exist",
            "fingerprint.secret: its reference cannot be resolved: only ${env:NAME},"
                + " ${file:PATH:KEY} and ${dir:PATH:FILE} are known",
            "ops.listen: its reference cannot be resolved: ${file:PATH:KEY} takes a path and a"
                + " key",
            "hold.max.ms: its reference cannot be resolved: ${env:NAME} takes a name and no path");
  }

  @Test
  void whatAReferenceLeadsToIsNotAReference() {
    Config config = valid(Map.of("A", "${env:B}", "B", "b"), "group.id=${env:A}").config();

    assertThat(config.kafka().groupId()).isEqualTo("${env:B}");
  }

  @Test
  void anEmptyFileLacksOnlyTheBrokers() {
    assertThat(load())
        .isEqualTo(
            new Loaded.Invalid(
                List.of(
                    "bootstrap.servers: is required: host:port, one or more, separated by"
                        + " commas")));
  }
}
