package dev.revoker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Secret;
import dev.revoker.sandbox.Faults.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** docs/SANDBOX.md and the help have every fault, and the sandbox accepts each. */
class SandboxDocumentTest {
  private static final JsonMapper JSON = JsonMapper.shared();

  private final List<String> orders =
      Pattern.compile("`(\\{[^`]*})`")
          .matcher(Files.readString(Path.of("docs/SANDBOX.md")))
          .results()
          .map(order -> order.group(1))
          .toList();

  SandboxDocumentTest() throws IOException {}

  @Test
  void everyOrderIsAcceptedAndNoFieldIsMissing() throws IOException {
    Set<String> documented = new TreeSet<>();
    SharedTime time = new SharedTime();
    SandboxAccount account = new SandboxAccount("demo", Secret.of("p"), List.of());
    try (SandboxApi sandbox =
        SandboxApi.start(SandboxApi.Options.defaults().withAccounts(List.of(account)), time)) {
      Set<String> fields =
          Arrays.stream(AdminApi.Order.class.getRecordComponents())
              .map(component -> component.getName().replaceAll("([A-Z])", "_$1"))
              .map(name -> name.toLowerCase(Locale.ROOT))
              .filter(name -> !name.equals("others"))
              .collect(Collectors.toCollection(TreeSet::new));
      JsonNode shown = JSON.readTree(new RawClient(sandbox.url()).get("/_sandbox/faults").body());
      for (String order : orders) {
        sandbox.order(order);
        documented.addAll(JSON.readTree(order).propertyNames());
        sandbox.clearFaults();
      }
      for (Fault fault : Fault.values()) {
        fields.add(fault.rateName());
      }
      shown.path("login").propertyNames().forEach(fields::add);
      shown.propertyNames().stream()
          .filter(name -> !shown.path(name).isObject() && !name.equals("refused_logins"))
          .forEach(fields::add);
      assertThat(documented).isEqualTo(fields);
    }
    String help = Files.readString(Path.of("src/test/resources/dev/revoker/help/sandbox.txt"));
    assertThat(documented)
        .allSatisfy(field -> assertThat(help).contains(field.replaceFirst("_rate$", "")));
  }

  /** The defaults that the second table names. */
  @Test
  void theDefaultsAreAsDocumented() throws IOException {
    List<MatchResult> rows =
        Pattern.compile("\\| `\\{\"(\\w+)\": [^}]*}` \\|[^|]*default `?(\\w+)")
            .matcher(Files.readString(Path.of("docs/SANDBOX.md")))
            .results()
            .toList();
    assertThat(rows).hasSize(5);
    try (SandboxApi sandbox = SandboxApi.start(SandboxApi.Options.defaults(), new SharedTime())) {
      JsonNode shown = JSON.readTree(new RawClient(sandbox.url()).get("/_sandbox/faults").body());
      for (MatchResult row : rows) {
        assertThat(shown.path(row.group(1)).asString()).as(row.group(1)).isEqualTo(row.group(2));
      }
    }
  }
}
