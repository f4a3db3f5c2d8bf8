package dev.revoker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.revoker.contract.Published;
import dev.revoker.model.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Commands, programs, requests and links in the documents work. */
class DocumentsTest {
  private static final Pattern COMMAND = Pattern.compile("bin/revoker ([^`|>)\\n#\\\\]*)");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern ALERT = Pattern.compile("alert: (\\w+)");

  @TempDir Path temp;

  static Stream<Path> documents() throws IOException {
    List<Path> all = new ArrayList<>(List.of(Path.of("README.md")));
    try (Stream<Path> docs = Files.list(Path.of("docs"))) {
      docs.filter(file -> file.toString().endsWith(".md")).sorted().forEach(all::add);
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("documents")
  void itsCommandsAreAccepted(Path document) {
    Matcher matcher = COMMAND.matcher(Markdown.read(document).replaceAll("\\n *(?=--)", " "));
    while (matcher.find()) {
      String typed = matcher.group(1).replace("\"", "").strip();
      String[] words = typed.split("\\s{3,}|  #")[0].split(" +");
      if (App.commandLine().getSubcommands().containsKey(words[0])) {
        CommandLine.ParseResult parsed = App.commandLine().parseArgs(plain(typed));
        assertThat(parsed.hasSubcommand()).as(typed).isTrue();
      }
    }
  }

  /** Quoted words are one word, and words of prose end a command line. */
  private static String[] plain(String typed) {
    return typed.replaceAll("--reason \\w+ .*? --", "--reason x --").split(" +");
  }

  @ParameterizedTest
  @MethodSource("documents")
  void itsLinksLeadSomewhere(Path document) {
    Matcher matcher = LINK.matcher(Markdown.read(document));
    while (matcher.find()) {
      String target = matcher.group(1);
      if (target.startsWith("http")) {
        continue;
      }
      String[] parts = target.split("#", -1);
      Path file =
          parts[0].isEmpty() ? document : document.toAbsolutePath().resolveSibling(parts[0]);
      assertThat(file).as(target).exists();
      if (parts.length > 1) {
        assertThat(anchors(file)).as(document + ": " + target).contains(parts[1]);
      }
    }
  }

  @Test
  void thePythonInIntegrateIsPython() throws Exception {
    for (String source : Markdown.blocks(Path.of("docs/INTEGRATE.md"), "python")) {
      Path file = Files.writeString(temp.resolve("snippet.py"), source);
      Process python;
      try {
        python =
            new ProcessBuilder("python3", "-m", "py_compile", file.toString())
                .redirectErrorStream(true)
                .start();
      } catch (IOException none) {
        assumeTrue(false, "there is no python3 here");
        return;
      }
      String output = new String(python.getInputStream().readAllBytes());
      assertThat(python.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(python.exitValue()).as(output).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("documents")
  void itsRequestsAreValid(Path document) {
    JsonMapper json = new JsonMapper();
    for (String block : Markdown.blocks(document, "json")) {
      JsonNode message = json.readTree(block);
      if (message.has("api_securekey")) {
        assertThat(Published.faultsOfRequest(message)).isEmpty();
      }
    }
  }

  @Test
  void integrateSaysWhatToDoAfterEveryOutcome() {
    String text = Markdown.read(Path.of("docs/INTEGRATE.md"));
    for (Outcome outcome : Outcome.values()) {
      assertThat(text).contains("| `" + outcome.name().toLowerCase(Locale.ROOT) + "` |");
    }
  }

  @Test
  void theVersionIsTheSameEverywhere() {
    Matcher version =
        Pattern.compile("<artifactId>revoker</artifactId>\\s*<version>([^<]+)</version>")
            .matcher(Markdown.read(Path.of("pom.xml")));
    assertThat(version.find()).isTrue();
    assertThat(Markdown.read(Path.of("deploy/Dockerfile")))
        .contains("ARG VERSION=" + version.group(1) + "\n");
    if (!version.group(1).endsWith("-SNAPSHOT")) {
      assertThat(Markdown.read(Path.of("deploy/kubernetes/example/kustomization.yaml")))
          .contains("newTag: " + version.group(1) + "\n");
      assertThat(Markdown.read(Path.of("CHANGELOG.md"))).contains("\n## " + version.group(1));
    }
  }

  @Test
  void operateSaysWhatToDoAtEveryAlertAndNoOther() {
    Set<String> alerts = new TreeSet<>();
    Matcher matcher = ALERT.matcher(Markdown.read(Path.of("deploy/prometheus/alerts.yml")));
    while (matcher.find()) {
      alerts.add(matcher.group(1));
    }
    Set<String> headings = new TreeSet<>();
    Markdown.read(Path.of("docs/OPERATE.md"))
        .lines()
        .filter(line -> line.startsWith("### Revoker"))
        .forEach(line -> headings.add(line.substring(4)));
    assertThat(headings).isEqualTo(alerts);
  }

  @Test
  void operateDescribesEveryMeter() {
    String text = Markdown.read(Path.of("docs/OPERATE.md"));
    Matcher matcher =
        Pattern.compile("\"revoker\\.([a-z.]+)\"")
            .matcher(Markdown.read(Path.of("src/main/java/dev/revoker/ops/Meters.java")));
    int meters = 0;
    while (matcher.find()) {
      meters++;
      assertThat(text).contains("`revoker_" + matcher.group(1).replace('.', '_'));
    }
    assertThat(meters).isGreaterThan(5);
  }

  /** As the usual sites make them. */
  private static List<String> anchors(Path document) {
    return Markdown.read(document)
        .lines()
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^a-z0-9 _-]", "").replace(' ', '-'))
        .toList();
  }
}
