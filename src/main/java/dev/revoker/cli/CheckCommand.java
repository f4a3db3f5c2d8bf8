package dev.revoker.cli;

import dev.revoker.config.Config;
import dev.revoker.config.Loaded;
import dev.revoker.message.Text;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Checks what a worker needs before it is started. */
@Command(
    name = "check",
    header = "Checks what a worker needs before it is started.",
    description =
        "Validates the configuration, prints it with secrets masked, and tries the brokers, the"
            + " topics and a login for each account.",
    exitCodeList = {
      "0:Every check passed.",
      "1:A check failed.",
      "2:The command line or the configuration is wrong."
    },
    footer = {"", "Examples:", "  bin/revoker check --config revoker.properties"})
public final class CheckCommand implements Callable<Integer> {
  /** The result of one check; free of secrets. Only {@code FAILED} changes the exit code. */
  public record Finding(String what, Status status, String why) {
    /** How a check ended. */
    public enum Status {
      OK("ok"),
      WARNING("warning"),
      FAILED("FAILED");

      private final String word;

      Status(String word) {
        this.word = word;
      }
    }

    /** A check that passed or failed. */
    public Finding(String what, boolean ok, String why) {
      this(what, ok ? Status.OK : Status.FAILED, why);
    }

    /** Something that works but puts a guarantee at risk. */
    public static Finding warning(String what, String why) {
      return new Finding(what, Status.WARNING, why);
    }
  }

  private final BiConsumer<Config, Consumer<Finding>> checkup;

  @Mixin private final ConfigOption config = new ConfigOption();

  @Spec private CommandSpec spec = CommandSpec.create();

  private boolean allOk = true;

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
        invalid.problems().forEach(problem -> err.println(Text.visible(problem)));
        yield ExitCode.USAGE;
      }
      case Loaded.Valid valid -> {
        valid.lines().forEach(line -> out.println(Text.visible(line)));
        valid.warnings().forEach(warning -> out.println(Text.visible("warning: " + warning)));
        out.println();
        out.flush();
        checkup.accept(valid.config(), finding -> print(out, finding));
        yield allOk ? ExitCode.DONE : ExitCode.FAILED;
      }
    };
  }

  private void print(PrintWriter out, Finding finding) {
    allOk &= finding.status() != Finding.Status.FAILED;
    String line =
        String.format(
            Locale.ROOT, "%-6s %s: %s", finding.status().word, finding.what(), finding.why());
    out.println(Text.visible(line));
    out.flush();
  }
}
