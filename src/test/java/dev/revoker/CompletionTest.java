package dev.revoker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The completion script in a real shell. */
class CompletionTest {
  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource({
    "revoker wa, watch",
    "revoker submit --rep, --report",
    "revoker submit --format nd, ndjson",
    "revoker schema asy, asyncapi"
  })
  void bashCompletesCommandsAndOptions(String typed, String expected) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")));
    Path script = Files.writeString(temp.resolve("completion"), script("bash"));
    String[] words = typed.split(" ");
    String ask =
        """
        source "$1"
        COMP_WORDS=(%s) COMP_CWORD=%d COMP_LINE='%s' COMP_POINT=%d
        _complete_revoker revoker '%s' '%s'
        echo "${COMPREPLY[@]}"
        """
            .formatted(
                typed,
                words.length - 1,
                typed,
                typed.length(),
                words[words.length - 1],
                words[words.length - 2]);
    Process bash =
        new ProcessBuilder("/bin/bash", "-c", ask, "bash", script.toString())
            // Outside of a completion bash complains about compopt; only the words count.
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String answer = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(answer.strip().split(" +")).contains(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh"})
  void theScriptParses(String shell) throws Exception {
    Optional<Path> program =
        Stream.of("/bin/", "/usr/bin/", "/usr/local/bin/")
            .map(folder -> Path.of(folder + shell))
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(program.isPresent(), "there is no " + shell + " here");
    Path script = Files.writeString(temp.resolve("completion"), script(shell));
    Process parser =
        new ProcessBuilder(program.orElseThrow().toString(), "-n", script.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(parser.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(parser.waitFor()).as(output).isZero();
    assertThat(output).isEmpty();
  }

  @Test
  void zshLoadsBashCompletionFirst() {
    assertThat(script("zsh")).startsWith("autoload -U +X bashcompinit && bashcompinit\n#!");
  }

  private static String script(String shell) {
    StringWriter out = new StringWriter();
    assertThat(App.commandLine().setOut(new PrintWriter(out, true)).execute("completion", shell))
        .isZero();
    return out.toString();
  }
}
