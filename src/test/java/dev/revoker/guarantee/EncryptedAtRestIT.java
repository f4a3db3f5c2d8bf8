package dev.revoker.guarantee;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.revoker.cli.KeygenCommand;
import dev.revoker.model.Secret;
import dev.revoker.sandbox.LocalStack;
import dev.revoker.sandbox.ResultLog;
import dev.revoker.sandbox.Submitter;
import dev.revoker.sandbox.WorkerProcess;
import dev.revoker.time.SystemTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * CONTRACT 9: with {@code encryption.required=true} no key, token or password is in the broker's
 * files, nor in a log of worker, submit or redrive with every logger at TRACE.
 */
@Timeout(180)
class EncryptedAtRestIT {
  @TempDir private Path folder;
  private final Map<String, Secret> canaries = new HashMap<>();

  @Test
  void noSecretIsInTheBrokersFilesNorInALog() throws Exception {
    Path worker = folder.resolve("worker.log");
    try (SystemTime time = new SystemTime();
        LocalStack stack = LocalStack.start(time);
        ResultLog results = new ResultLog(stack.broker().bootstrapServers(), LocalStack.RESULTS);
        Submitter submitter = new Submitter(stack.broker().bootstrapServers())) {
      stack.started(WorkerProcess.start(settings(stack), List.of(trace()), worker));
      keygen("elsewhere");
      List<Secret> keys = stack.api().generateKeys(LocalStack.ACCOUNT, 5);
      Secret unknown = Secret.of("0badc0de0badc0de0badc0de0badc0de");
      Secret token = Secret.of("feedfacefeedfacefeedface");
      canary("password", stack.password());
      canary("removed", keys.get(0));
      canary("without a session", keys.get(1));
      canary("of an unknown account", keys.get(2));
      canary("undecryptable", keys.get(3));
      canary("not found", unknown);
      canary("with a token", keys.get(4));
      canary("token", token);

      submit(
          stack,
          "here",
          row(keys.get(0), ""),
          row(keys.get(1), ",\"account\":\"broken\""),
          row(keys.get(2), ",\"account\":\"none\""),
          row(unknown, ""),
          row(keys.get(4), ",\"api_token\":\"" + token.reveal() + "\",\"request_id\":\"own\""));
      submit(stack, "elsewhere", row(keys.get(3), ""));
      run(stack, "redrive", Map.of(), "redrive", "--outcome", "session_failed", "--wait");

      assertThat(results.all().stream().map(ResultLog.Entry::outcome))
          .contains("revoked", "not_found", "rejected")
          .filteredOn("session_failed"::equals)
          .as("two requests without a session, and their redrive")
          .hasSize(4);
      assertThat(stack.api().ledger().isActive(keys.getFirst())).isFalse();
      Path broker = stack.broker().node(1).log().getParent();
      assertThat(found(broker)).as("in the broker's files").isEmpty();
      assertThat(found(folder.resolve("logs"))).as("in the commands' logs").isEmpty();
      assertThat(found(worker)).as("in the worker's log").isEmpty();
      for (Path log :
          List.of(worker, folder.resolve("logs/here"), folder.resolve("logs/redrive"))) {
        assertThat(log).content(ISO_8859_1).contains(" TRACE org.apache.kafka.");
      }

      // The search can fail: a request in the clear is rejected, but it is in the broker's files.
      Secret clear = stack.api().generateKeys(LocalStack.ACCOUNT, 1).getFirst();
      canary("in the clear", clear);
      String source =
          submitter
              .send(LocalStack.URGENT, List.of(Submitter.request(clear, Map.of())))
              .getFirst()
              .toString();
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> results.bySource().get(source) instanceof List<?> result && !result.isEmpty());
      assertThat(results.bySource().get(source).getFirst().outcome()).isEqualTo("rejected");
      assertThat(found(broker)).containsExactly("in the clear");
      assertThat(found(worker)).isEmpty();
      for (String form : forms(clear)) {
        Path leak = Files.writeString(folder.resolve("leak"), "x" + form + "y");
        assertThat(found(leak)).as(form).containsExactly("in the clear");
      }
    }
  }

  private Map<String, String> settings(LocalStack stack) throws IOException {
    keygen("here");
    Map<String, String> settings = new HashMap<>(stack.workerSettings());
    settings.put("encryption.required", "true");
    settings.put("decryption.keys.location", folder.resolve("here.private").toString());
    settings.put("accounts", LocalStack.ACCOUNT + ",broken");
    settings.put("default.account", LocalStack.ACCOUNT);
    Secret wrong = Secret.of("a-wrong-password-for-this-test");
    canary("wrong password", wrong);
    settings.put("account.broken.username", "nobody");
    settings.put("account.broken.password", wrong.reveal());
    return settings;
  }

  private void keygen(String kid) {
    int exit =
        new CommandLine(new KeygenCommand())
            .execute(
                "--kid",
                kid,
                "--out",
                folder.resolve(kid + ".private").toString(),
                "--public",
                folder.resolve(kid + ".public").toString());
    assertThat(exit).isZero();
  }

  private String trace() throws IOException {
    Path logback = Files.writeString(folder.resolve("trace.xml"), SecretsIT.EVERYTHING);
    return "-Dlogback.configurationFile=" + logback;
  }

  private static String row(Secret key, String fields) {
    return "{\"api_securekey\":\"" + key.reveal() + "\"" + fields + "}";
  }

  /** Sends the rows, encrypted with the key of this kid, and waits for their results. */
  private void submit(LocalStack stack, String kid, String... rows) throws Exception {
    Path file = Files.write(folder.resolve(kid + ".ndjson"), List.of(rows));
    Map<String, String> key =
        Map.of("REVOKER_ENCRYPTION_KEY_LOCATION", folder.resolve(kid + ".public").toString());
    run(stack, kid, key, "submit", "--wait", file.toString());
  }

  private void run(LocalStack stack, String name, Map<String, String> environment, String... words)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", trace()));
    command.addAll(WorkerProcess.classPath());
    command.add("dev.revoker.App");
    command.addAll(List.of(words));
    Path log = Files.createDirectories(folder.resolve("logs")).resolve(name);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("REVOKER_BOOTSTRAP_SERVERS", stack.broker().bootstrapServers());
    builder.environment().put("REVOKER_LOG_LEVEL", "TRACE");
    builder.environment().putAll(environment);
    Process process = builder.start();
    assertThat(process.waitFor(90, TimeUnit.SECONDS)).as(name + " ends").isTrue();
    assertThat(process.exitValue()).as("not every request of %s succeeds", name).isEqualTo(1);
  }

  private void canary(String name, Secret secret) {
    canaries.put(name, secret);
  }

  /** The names of the canaries that are in a file of this folder, or in this file. */
  private List<String> found(Path place) throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(place)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        try {
          all.append(Files.readString(file, ISO_8859_1)).append('\n');
        } catch (NoSuchFileException deletedMeanwhile) {
          // The broker removes files of its own.
        }
      }
    }
    String content = all.toString();
    String lower = content.toLowerCase(Locale.ROOT);
    return canaries.entrySet().stream()
        .filter(
            canary ->
                forms(canary.getValue()).stream()
                    .anyMatch(form -> content.contains(form) || lower.contains(form)))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** As it is, with each byte as an escape of a URL, and within any Base64 text. */
  private static List<String> forms(Secret secret) {
    String text = secret.reveal();
    byte[] ascii = text.getBytes(US_ASCII);
    List<byte[]> bytes = new ArrayList<>(List.of(ascii));
    if (text.matches("([0-9a-f]{2})+")) {
      bytes.add(HexFormat.of().parseHex(text));
    }
    List<String> forms = new ArrayList<>(List.of(text));
    forms.add(HexFormat.of().withPrefix("%").formatHex(ascii));
    for (byte[] one : bytes) {
      forms.addAll(base64(one, Base64.getEncoder()));
      forms.addAll(base64(one, Base64.getUrlEncoder()));
    }
    return forms.stream().distinct().collect(Collectors.toList());
  }

  /** What any Base64 text with these bytes contains, for each place in a group of three bytes. */
  private static List<String> base64(byte[] bytes, Base64.Encoder encoder) {
    return Stream.of(0, 1, 2)
        .map(
            skipped -> {
              int from = (3 - skipped) % 3;
              int whole = (bytes.length - from) / 3 * 3;
              return encoder.encodeToString(Arrays.copyOfRange(bytes, from, from + whole));
            })
        .toList();
  }
}
