package dev.revoker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/**
 * Compares every help text with a file. {@code -Dhelp.write=true} writes the files anew; read them
 * before you commit them.
 */
class HelpTest {
  private static final Path FOLDER = Path.of("src/test/resources/dev/revoker/help");
  private static final Pattern EXAMPLE = Pattern.compile("bin/revoker( [^|>]*)");

  static Stream<String> commands() {
    return Stream.concat(
        Stream.of(""), App.commandLine().getSubcommands().keySet().stream().sorted());
  }

  @ParameterizedTest
  @MethodSource("commands")
  void helpIsAsInItsFile(String command) throws IOException {
    String help = help(command);
    Path file = FOLDER.resolve((command.isEmpty() ? "revoker" : command) + ".txt");
    if (Boolean.getBoolean("help.write")) {
      Files.writeString(file, help);
    }
    assertThat(help).isEqualTo(Files.readString(file));
    assertThat(help.lines()).allMatch(line -> line.length() <= 100);
  }

  /** A word is not broken, also where the terminal is narrower than picocli allows. */
  @ParameterizedTest
  @MethodSource("commands")
  void helpHasTheTerminalsWidth(String command) {
    Set<String> words = new HashSet<>(List.of(help(command).split("\\s+")));
    for (int columns : new int[] {40, 80}) {
      System.setProperty("revoker.columns", String.valueOf(columns));
      try {
        String help = help(command);
        assertThat(List.of(help.split("\\s+"))).as(command + " " + columns).isSubsetOf(words);
        assertThat(help.lines().filter(line -> line.strip().contains(" ")))
            .allMatch(line -> line.length() <= columns);
      } finally {
        System.clearProperty("revoker.columns");
      }
    }
  }

  @Test
  void everyFileBelongsToACommand() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      assertThat(files.count()).isEqualTo(commands().count());
    }
  }

  /** The command line accepts each example. */
  @ParameterizedTest
  @MethodSource("commands")
  void examplesAreValidCommandLines(String command) {
    List<String> examples = new ArrayList<>();
    Matcher matcher = EXAMPLE.matcher(help(command));
    while (matcher.find()) {
      examples.add(matcher.group(1).split(" {3,}|\\)|\n")[0].strip());
    }
    assertThat(examples).isNotEmpty();
    for (String example : examples) {
      CommandLine.ParseResult parsed = App.commandLine().parseArgs(example.split(" +"));
      assertThat(parsed.hasSubcommand()).as(example).isTrue();
    }
  }

  @Test
  void aMistakeNamesTheHelpAndShowsNoKey() {
    StringWriter err = new StringWriter();
    CommandLine line = App.commandLine().setErr(new PrintWriter(err, true));
    assertThat(line.execute("watch", "--nonsense")).isEqualTo(2);
    assertThat(line.execute("968a8b637a5040159424872fffdb895b")).isEqualTo(2);
    assertThat(line.execute("submit", "--key=968a8b637a5040159424872fffdb895b")).isEqualTo(2);
    assertThat(err.toString())
        .contains("'--nonsense'", "Try 'revoker watch --help'")
        .doesNotContain("968a8b63");
  }

  private static String help(String command) {
    StringWriter out = new StringWriter();
    CommandLine line = App.commandLine().setOut(new PrintWriter(out, true));
    // As on a terminal: the help has no colours there either.
    line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.ON));
    assertThat(command.isEmpty() ? line.execute("--help") : line.execute(command, "--help"))
        .isZero();
    return out.toString();
  }
}
