package dev.revoker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rules for secret scanners find keys. The scanners are not on Maven Central, so their regular
 * expressions are tried here; they use nothing that RE2 lacks.
 */
class DetectionRulesTest {
  private static final String KEY = "968a8b637a5040159424872fffdb895b";
  private static final Pattern REGEX = Pattern.compile("(?m)^ *(?:regex = '''|key: ')(.*?)'+$");

  @ParameterizedTest
  @ValueSource(strings = {"gitleaks.toml", "trufflehog.yaml"})
  void keysNearTheWordsAreFound(String file) throws IOException {
    for (String text :
        List.of(
            "api_securekey=" + KEY,
            "CIELO24_KEY: \"" + KEY + "\"",
            "cielo24:\n  account: acme\n  key: " + KEY.toUpperCase(java.util.Locale.ROOT),
            "client.setSecureKey('" + KEY + "');",
            "https://api.cielo24.com/api/account/logout?v=1&api_securekey=" + KEY + "&x=1",
            "key = \"" + KEY + "\" # cielo24",
            "{\"secure_key\":\"" + KEY + "\"}")) {
      assertThat(found(file, text)).as(text).containsOnly(text.contains("968A") ? upper() : KEY);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gitleaks.toml", "trufflehog.yaml"})
  void otherTextsAreNot(String file) throws IOException {
    for (String text :
        List.of(
            "md5 " + KEY,
            "cielo24 commit " + KEY + "0a1b2c3d",
            "cielo24 " + KEY.substring(1),
            "cielo24" + " ".repeat(200) + KEY)) {
      assertThat(found(file, text)).as(text).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gitleaks.toml", "trufflehog.yaml"})
  void theExpressionsAreRe2(String file) throws IOException {
    assertThat(expressions(file))
        .hasSize(2)
        .allSatisfy(
            regex -> {
              assertThat(regex).doesNotContain("(?=", "(?!", "(?<", "*+", "++", "\\1");
              assertThat(
                      regex
                          .replace("(?i)", "")
                          .replace("(?:", "")
                          .chars()
                          .filter(c -> c == '(')
                          .count())
                  .as("one group: the secret")
                  .isEqualTo(1);
            });
  }

  private static String upper() {
    return KEY.toUpperCase(java.util.Locale.ROOT);
  }

  private static List<String> found(String file, String text) throws IOException {
    return expressions(file).stream()
        .map(regex -> Pattern.compile(regex).matcher(text))
        .filter(Matcher::find)
        .map(matcher -> matcher.group(1))
        .toList();
  }

  private static List<String> expressions(String file) throws IOException {
    return REGEX
        .matcher(Files.readString(Path.of("docs/detection", file)))
        .results()
        .map((MatchResult match) -> match.group(1))
        .toList();
  }
}
