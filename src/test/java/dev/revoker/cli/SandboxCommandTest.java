package dev.revoker.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class SandboxCommandTest {
  @TempDir Path temp;

  private final StringWriter err = new StringWriter();

  /** In a JVM of its own, because a signal ends it. */
  @Test
  void acceptsThePrintedCredentialsAndEndsOnSigterm() throws Exception {
    Process process = start("--account", "acme", "--account", "other", "--keys", "2");
    try {
      String printed = printed(process);
      String url = group("account API {2}(\\S+)", printed);
      assertThat(printed).contains("just this once");
      assertThat(Pattern.compile("  key ").matcher(printed).results()).hasSize(4);
      assertThat(login(url, "acme", "x-auth-password", group("password +(\\S+)", printed)))
          .isEqualTo(200);
      assertThat(login(url, "acme", "x-auth-securekey", group("  key +(\\S+)", printed)))
          .isEqualTo(200);
    } finally {
      process.toHandle().destroy();
    }
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(ExitCode.DONE);
  }

  @Test
  void writesCredentialsToAFileAndReadsThemAgain() throws Exception {
    Path file = temp.resolve("accounts.json");
    String password;
    try (Running first = new Running("--account", "acme", "--out", file.toString())) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      password = group("\"password\":\"(\\w+)\"", Files.readString(file));
      assertThat(first.printed())
          .contains("acme: 3 keys, credentials in " + file)
          .doesNotContain(password);
    }
    try (Running second = new Running("--accounts", file.toString())) {
      assertThat(login(second.url(), "acme", "x-auth-password", password)).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--other-account-key | ITEM_NOT_FOUND                            | ITEM_NOT_FOUND",
        "--faults            | {\"other_account_key\": \"ITEM_NOT_FOUND\"} | ITEM_NOT_FOUND",
        "--keys              | 1                                         | ACCOUNT_UNPRIVILEGED",
      })
  void refusesAKeyOfAnotherAccountAsChosen(String option, String value, String answer)
      throws Exception {
    Path file =
        Files.writeString(
            temp.resolve("accounts.json"),
            """
            [{"username": "acme", "password": "p", "keys": []},
             {"username": "other", "password": "p", "keys": ["c0ffee00"]}]
            """);
    try (Running sandbox = new Running("--accounts", file.toString(), option, value)) {
      String api = sandbox.url() + "/api/account/";
      String token =
          group(":\"(\\w+)\"", get(URI.create(api + "login?v=1&username=acme&password=p")));
      URI removal =
          URI.create(api + "remove_api_key?v=1&api_token=" + token + "&api_securekey=c0ffee00");
      assertThat(get(removal)).contains("\"ErrorType\":\"" + answer + "\"");
    }
  }

  @Test
  void reportsThatThePortIsInUse() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      assertThat(execute("--listen", address)).isEqualTo(ExitCode.FAILED);
      assertThat(err.toString()).contains(address, "in use", "--listen");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--listen,8024",
    "--listen,host:99999",
    "--listen,host:x",
    "--keys,-1",
    "--other-account-key,x",
    "--faults,x",
  })
  void namesTheWrongOption(String option, String value) {
    assertThat(execute(option, value)).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains(option, value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{                                                        | line 1",
        "{\"username\": \"hunter2\"}                              | line 1",
        "[{\"username\": \"hunter2\"}]                            | account 1: needs a username",
        "[{\"username\": \"a\", \"password\": \"b\", \"keys\": [\"hunter2\"]}] | must be hex",
        "[{\"username\": \"a\", \"passwort\": \"hunter2\"}]       | a password",
        "[{\"username\": \"a\", \"password\": \"b\", \"parent\": \"hunter2\"}] | its parent",
      })
  void namesTheMistakeInAFileAndShowsNoContent(String text, String message) throws IOException {
    Path file = Files.writeString(temp.resolve("accounts.json"), text);
    assertThat(execute("--listen", "127.0.0.1:0", "--accounts", file.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains(message).doesNotContain("hunter2");
  }

  private int execute(String... arguments) {
    return new CommandLine(new SandboxCommand())
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  /** The command on a thread of this JVM. */
  private static final class Running implements AutoCloseable {
    private final StringWriter out = new StringWriter();
    private final FutureTask<Integer> command;
    private final Thread thread;

    Running(String... arguments) {
      CommandLine line =
          new CommandLine(new SandboxCommand())
              .setOut(new PrintWriter(out))
              .setErr(new PrintWriter(out));
      List<String> all = new ArrayList<>(List.of("--listen", "127.0.0.1:0"));
      all.addAll(List.of(arguments));
      command = new FutureTask<>(() -> line.execute(all.toArray(String[]::new)));
      thread = Thread.ofVirtual().start(command);
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> command.isDone() || printed().contains("Ctrl-C ends it."));
    }

    String printed() {
      return out.toString();
    }

    String url() {
      return group("account API {2}(\\S+)", printed());
    }

    @Override
    public void close() {
      thread.interrupt();
      await().atMost(Duration.ofSeconds(60)).until(command::isDone);
      assertThat(command.resultNow()).isEqualTo(ExitCode.DONE);
    }
  }

  /** Its own main. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new SandboxCommand()).execute(arguments));
  }

  private Process start(String... arguments) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            SandboxCommandTest.class.getName(),
            "--listen",
            "127.0.0.1:0");
    builder.command().addAll(List.of(arguments));
    return builder
        .redirectErrorStream(true)
        .redirectOutput(temp.resolve("printed").toFile())
        .start();
  }

  private String printed(Process process) {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> !process.isAlive() || read().contains("Ctrl-C ends it."));
    return read();
  }

  private String read() {
    try {
      return Files.readString(temp.resolve("printed"), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  private static int login(String url, String user, String header, String value)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(url + "/api/account/login?v=1"))
              .header("x-auth-user", user)
              .header(header, value)
              .build();
      return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }
  }

  private static String get(URI uri) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  private static String group(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as(text).isTrue();
    return matcher.group(1);
  }
}
