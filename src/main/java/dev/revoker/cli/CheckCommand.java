package dev.revoker.cli;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.revoker.config.Config;
import dev.revoker.config.Loaded;
import dev.revoker.message.Text;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** Checks what a worker needs before it is started. */
@Command(
    name = "check",
    header = "Checks what a worker needs before it is started.",
    description =
        "Validates the configuration, prints it with secrets masked, and tries the brokers, the"
            + " topics, the rights of a worker, ops.listen, the way to the API and a login for each"
            + " account.",
    exitCodeList = {
      "0:Every check passed.",
      "1:A check failed.",
      "2:The command line or the configuration is wrong."
    },
    footer = {
      "",
      "Examples:",
      "  bin/revoker check --config revoker.properties",
      "  bin/revoker check --config revoker.properties --json"
    })
public final class CheckCommand implements Callable<Integer> {
  /** The result of one check; free of secrets. Only {@code FAILED} changes the exit code. */
  public record Finding(String what, Status status, String why) {
    /** How a check ended. */
    public enum Status {
      OK("ok"),
      WARNING("warning"),
      FAILED("FAILED");

      private final String word;

      /** The word of the JSON. */
      @JsonValue
      String json() {
        return word.toLowerCase(Locale.ROOT);
      }

      Status(String word) {
        this.word = word;
      }
    }

    /** A check that passed or failed. */
    public Finding(String what, boolean ok, String why) {
      this(what, ok ? Status.OK : Status.FAILED, why);
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%-6s %s: %s", status.word, what, why);
    }

    /** Something that works but puts a guarantee at risk. */
    public static Finding warning(String what, String why) {
      return new Finding(what, Status.WARNING, why);
    }
  }

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final BiConsumer<Config, Consumer<Finding>> checkup;

  @Mixin private final ConfigOption config = new ConfigOption();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--json", description = "Print one JSON object in place of lines.")
  private boolean json;

  /** Runs these checks. */
  public CheckCommand(BiConsumer<Config, Consumer<Finding>> checkup) {
    this.checkup = checkup;
  }

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    return switch (config.loaded()) {
      case Loaded.Invalid invalid -> {
        PrintWriter err = spec.commandLine().getErr();
        if (json) {
          print(out, new Report(false, invalid.problems(), List.of(), List.of(), List.of()));
        } else {
          invalid.problems().forEach(problem -> err.println(Text.visible(problem)));
        }
        yield ExitCode.USAGE;
      }
      case Loaded.Valid valid -> {
        boolean ok = json ? asJson(valid, out) : asText(valid, out);
        yield ok ? ExitCode.DONE : ExitCode.FAILED;
      }
    };
  }

  private boolean asText(Loaded.Valid valid, PrintWriter out) {
    valid.lines().forEach(line -> out.println(Text.visible(line)));
    valid.warnings().forEach(warning -> out.println(Text.visible("warning: " + warning)));
    out.println();
    out.flush();
    List<Finding> findings = new ArrayList<>();
    checkup.accept(
        valid.config(),
        finding -> {
          findings.add(finding);
          out.println(Text.visible(finding.toString()));
          out.flush();
        });
    return passed(findings);
  }

  private boolean asJson(Loaded.Valid valid, PrintWriter out) {
    List<Finding> findings = new ArrayList<>();
    checkup.accept(valid.config(), findings::add);
    boolean ok = passed(findings);
    print(out, new Report(ok, List.of(), valid.values(), valid.warnings(), findings));
    return ok;
  }

  private static boolean passed(List<Finding> findings) {
    return findings.stream().noneMatch(finding -> finding.status() == Finding.Status.FAILED);
  }

  private static void print(PrintWriter out, Report report) {
    out.println(JSON.writeValueAsString(report));
    out.flush();
  }

  /** What {@code --json} prints. */
  private record Report(
      boolean ok,
      List<String> problems,
      List<Loaded.Value> configuration,
      List<String> warnings,
      List<Finding> checks) {}
}
