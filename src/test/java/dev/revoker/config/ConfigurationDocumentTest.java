package dev.revoker.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The document says what the code does: the same keys, defaults and ranges. */
class ConfigurationDocumentTest {
  private static final Path DOCUMENT = Path.of("docs", "CONFIGURATION.md");

  @Test
  void everyKeyIsThereWithItsDefaultAndItsRange() throws IOException {
    List<List<String>> rows = rows("| key | default |");
    Map<String, List<SettingsReader.Key>> declared =
        declared().stream()
            .collect(Collectors.groupingBy(ConfigurationDocumentTest::documentedName));

    assertThat(rows).extracting(List::getFirst).doesNotHaveDuplicates();
    assertThat(rows)
        .extracting(List::getFirst)
        .containsExactlyInAnyOrderElementsOf(
            declared.keySet().stream().map(name -> "`" + name + "`").toList());
    for (List<String> row : rows) {
      for (SettingsReader.Key key : declared.get(row.getFirst().replace("`", ""))) {
        assertThat(row.get(1)).as(key.name()).contains(code(key.byDefault()));
        assertThat(row.get(2)).as(key.name()).isEqualTo(key.allowed());
        assertThat(row.get(3)).as(key.name()).hasSizeGreaterThan(10);
      }
    }
  }

  @Test
  void everyKafkaSettingOfOursIsThere() throws IOException {
    List<List<String>> expected = new ArrayList<>();
    for (KafkaClient client : KafkaClient.values()) {
      client
          .defaults(new KafkaClient.Given(Map.of()))
          .forEach((name, value) -> expected.add(row(client, name, value, "yes")));
      for (KafkaClient.FixedSetting fixed : client.fixed()) {
        List<String> allowed = fixed.allowed();
        if (!allowed.isEmpty()) {
          expected.add(row(client, fixed.name(), allowed.getFirst(), change(allowed)));
        }
      }
    }

    assertThat(rows("| setting | value |")).containsExactlyElementsOf(expected);
  }

  @Test
  void whatIsNeverSetIsThere() throws IOException {
    List<String> expected = new ArrayList<>();
    for (KafkaClient client : KafkaClient.values()) {
      client.fixed().stream()
          .filter(fixed -> fixed.allowed().isEmpty())
          .forEach(fixed -> expected.add("`" + client.prefix() + fixed.name() + "`"));
    }

    assertThat(Files.readString(DOCUMENT)).contains(expected);
  }

  /** Every key that a configuration with the two default lanes and one account can have. */
  private static List<SettingsReader.Key> declared() {
    SettingsReader in = new SettingsReader();
    in.add(new Setting("bootstrap.servers", "broker:9092", 1, null));
    in.add(new Setting("accounts", "main", 2, null));
    Config.read(in, true);
    return List.copyOf(in.declared());
  }

  private static String documentedName(SettingsReader.Key key) {
    return key.name().replaceFirst("^(lane|account)\\.[^.]+\\.", "$1.<name>.");
  }

  private static List<String> row(KafkaClient client, String name, String value, String change) {
    return List.of("`" + client.prefix() + name + "`", "`" + value + "`", change);
  }

  private static String change(List<String> allowed) {
    return allowed.size() == 1
        ? "no"
        : "to "
            + allowed.stream()
                .skip(1)
                .map(value -> "`" + value + "`")
                .collect(Collectors.joining(", "));
  }

  private static String code(String text) {
    return text.indexOf(' ') < 0 && !text.equals("none") && !text.equals("required")
        ? "`" + text + "`"
        : text;
  }

  /** The cells of the table below this head. */
  private static List<List<String>> rows(String head) throws IOException {
    List<String> lines = Files.readAllLines(DOCUMENT);
    return lines.stream()
        .dropWhile(line -> !line.startsWith(head))
        .skip(2)
        .takeWhile(line -> line.startsWith("|"))
        .map(line -> line.substring(1, line.length() - 1).split("\\|", -1))
        .map(cells -> Arrays.stream(cells).map(String::strip).toList())
        .toList();
  }
}
