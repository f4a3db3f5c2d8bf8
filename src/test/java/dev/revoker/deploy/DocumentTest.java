package dev.revoker.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the documents say to type is what CI types. */
class DocumentTest {
  private static final Pattern BLOCK = Pattern.compile("(?s)```sh\n(.*?)```");
  private static final Pattern COMMAND =
      Pattern.compile(
          "(?m)(?:^|\\| )(docker (?:build|compose (?:--profile '\\*' )?(?:up|run|down)) .*?)(?:"
              + " -)?$");

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "docs/DEPLOY.md"})
  void everyCommandOfDockersIsRunByCi(String document) throws IOException {
    String ci = Files.readString(Path.of(".ci/run")) + Files.readString(Path.of("deploy/smoke.sh"));
    List<String> commands =
        BLOCK
            .matcher(Files.readString(Path.of(document)))
            .results()
            .map(block -> block.group(1))
            .flatMap(block -> COMMAND.matcher(block).results())
            .map(MatchResult::group)
            .map(line -> COMMAND.matcher(line).replaceFirst("$1"))
            .toList();

    assertThat(commands).hasSizeGreaterThan(1);
    assertThat(commands).allSatisfy(command -> assertThat(ci).contains(command));
  }
}
