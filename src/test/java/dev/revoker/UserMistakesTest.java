package dev.revoker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.cli.Help;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** A mistake of the user gets a message, an exit code of 1 or 2, and no stack trace. */
class UserMistakesTest {
  private static final String KEY = "968a8b637a5040159424872fffdb895b";

  /** Its name must not look like a key, as that of a temporary folder does. */
  private final Path temp = Path.of("target/user-mistakes").toAbsolutePath();

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void files() throws IOException {
    Files.createDirectories(temp.resolve("folder"));
    Files.writeString(temp.resolve("r.properties"), "bootstrap.servers=127.0.0.1:1\n");
    Files.writeString(temp.resolve("keys.txt"), KEY + "\n");
    Files.writeString(temp.resolve("secret.txt"), "first-line-of-a-secret-file\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "submit --config r.properties missing.csv | 2 | there is no file",
        "submit --config r.properties folder | 2 | is a folder",
        "submit --config r.properties keys.txt/x | 2 | keys.txt/x",
        "submit --config r.properties \0.csv | 2 | file's name",
        "submit --config \0 keys.txt | 2 | --config",
        "submit --config r.properties --wait --report no/r.csv keys.txt | 2 | no such folder",
        "submit --config r.properties --wait --report \0.csv keys.txt | 2 | --report",
        "submit --config r.properties --wait --report no.csv --batch a/b keys.txt | 2 | --batch",
        "submit --config r.properties --overwrite keys.txt | 2 | --report",
        "submit --config r.properties --reason M\uFFFDller keys.txt | 2 | UTF-8 locale",
        "submit --config r.properties M\uFFFDller.csv | 2 | UTF-8 locale",
        "submit --config r.properties --lane nowhere keys.txt | 2 | --lane",
        "submit --config r.properties --format xml keys.txt | 2 | xml",
        "submit --config r.properties --label x keys.txt | 2 | --label",
        "submit --config r.properties --wat keys.txt | 2 | --wait",
        "submit --config folder keys.txt | 2 | folder",
        "submit --config missing.properties keys.txt | 2 | missing.properties",
        "watch --config r.properties --fingerprint " + KEY + " | 2 | --fingerprint",
        "watch --config r.properties --batch a --request b | 2 | --batch",
        "wach | 2 | watch",
        "sumbit | 2 | submit",
        "submit --config r.properties --wait --timeout soon keys.txt | 2 | 30s, 5m or 2h",
        "submit --config r.properties --timeout 5m keys.txt | 2 | --timeout needs --wait",
        "watch --config r.properties --follow --timeout -5m | 2 | --timeout",
        "dev --keys-file no/keys.csv --keys x | 2 | --keys",
        "sandbox --accounts folder | 2 | folder",
        "sandbox --listen nowhere | 2 | --listen"
      })
  void getsAMessage(String typed, int code, String named) {
    int exit = run(typed.split(" "));
    assertThat(err.toString())
        .contains(named)
        .doesNotContain("\tat ", "Exception", "dev.revoker.", KEY);
    assertThat(exit).isEqualTo(code);
  }

  /** The text of an alert, written by whoever wants to read this machine's files. */
  @Test
  void anArgumentThatStartsWithAnAtSignIsAText() {
    int exit =
        run(
            "submit",
            "--config",
            "r.properties",
            "--dry-run",
            "--reason",
            "@" + temp.resolve("secret.txt"),
            "--label",
            "a=@" + temp.resolve("secret.txt"),
            "keys.txt");
    assertThat(exit).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("\"reason\":\"@" + temp)
        .doesNotContain("first-line-of-a-secret-file");
  }

  /** The message of an exception may contain what was read. */
  @Test
  void aBugIsReportedWithoutItsMessage() {
    CommandLine line = Help.with(new CommandLine(new Buggy())).setErr(new PrintWriter(err, true));
    assertThat(line.execute()).isEqualTo(1);
    assertThat(err.toString())
        .contains("a bug ends this command", "IllegalStateException", "at dev.revoker.User")
        .contains("caused by java.lang.IllegalArgumentException")
        .doesNotContain(KEY);
  }

  @Command(name = "buggy")
  static final class Buggy implements Callable<Integer> {
    @Override
    public Integer call() {
      throw new IllegalStateException("read " + KEY, new IllegalArgumentException(KEY));
    }
  }

  @Test
  void withoutArgumentsTheCommandsAreListed() {
    assertThat(run()).isZero();
    assertThat(run("help")).isZero();
    assertThat(run("help", "submit")).isZero();
    assertThat(run("version")).isZero();
    assertThat(out.toString())
        .contains(
            "Commands:", "watch ", "Usage: revoker submit", "Java " + Runtime.version().feature());
    assertThat(run("help", "sumbit")).isEqualTo(2);
    assertThat(err.toString()).contains("submit");
  }

  @Test
  void numbersHaveTheSameDigitsInEveryLocale() throws IOException {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      assertThat(String.format("%d", 7)).as("that the locale has its own").isNotEqualTo("7");
      run("submit", "--config", "r.properties", "--dry-run", "--skip-invalid", "keys.txt");
      Files.writeString(temp.resolve("keys.csv"), "api_securekey,reason\n" + KEY + "\n");
      run("submit", "--config", "r.properties", "keys.csv");
      assertThat(err.toString()).contains("line 2: it has 1 fields, the header has 2");
      run("check", "--config", "missing.properties");
    } finally {
      Locale.setDefault(before);
    }
    assertThat((out.toString() + err).codePoints().filter(Character::isDigit))
        .allMatch(digit -> digit < 128);
  }

  private int run(String... arguments) {
    List<String> here = new ArrayList<>();
    for (String argument : arguments) {
      boolean file = argument.matches("(r\\.prop|missing|keys\\.(txt|csv)|folder|no/|\\u0000).*");
      here.add(file && !argument.startsWith("\0") ? temp.resolve(argument).toString() : argument);
    }
    CommandLine line =
        App.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return line.execute(here.toArray(String[]::new));
  }
}
