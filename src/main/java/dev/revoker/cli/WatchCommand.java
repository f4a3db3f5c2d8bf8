package dev.revoker.cli;

import dev.revoker.config.Config;
import dev.revoker.submit.Screen;
import dev.revoker.submit.Trouble;
import dev.revoker.submit.Watch;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows what came of requests. */
@Command(
    name = "watch",
    header = "Shows what came of requests.",
    description = {
      "Shows results as they come: those of a batch until each row has one, those of a request"
          + " until there is one, or all from now on. Without an option: all that there are now.",
    },
    exitCodeList = {
      "0:Everything that was shown succeeded.",
      "1:Some of it did not, or the results cannot be read.",
      "2:The command line or the configuration is wrong."
    },
    footer = {
      "",
      "Examples:",
      "  bin/revoker watch --config revoker.properties --follow",
      "  bin/revoker watch --batch b-ghjkmnpqrstv",
      "  bin/revoker watch --request alert-4711 --json"
    })
public final class WatchCommand implements Callable<Integer> {
  @Mixin private final ConfigOption config = new ConfigOption();

  @ArgGroup private @Nullable Which which;

  @Option(names = "--json", description = "Print the results as they are, a JSON object a line.")
  private boolean json;

  @Spec private CommandSpec spec = CommandSpec.create();

  /** At most one of these. */
  static final class Which {
    @Option(names = "--batch", paramLabel = "ID", description = "The results of this batch.")
    private @Nullable String batch;

    @Option(names = "--request", paramLabel = "ID", description = "The results of this request.")
    private @Nullable String request;

    @Option(names = "--follow", description = "All results from now on, until Ctrl-C.")
    private boolean follow;
  }

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    return config.loadWithoutAccounts(err).map(this::watch).orElse(ExitCode.USAGE);
  }

  private int watch(Config loaded) {
    PrintWriter err = spec.commandLine().getErr();
    Screen screen = new Screen(spec.commandLine().getOut(), err, 0);
    try {
      boolean succeeded = new Watch(loaded, wanted(), json, screen).run();
      return succeeded ? ExitCode.DONE : ExitCode.FAILED;
    } catch (Trouble trouble) {
      err.println(trouble.text());
      return ExitCode.FAILED;
    }
  }

  private Watch.Wanted wanted() {
    Which one = which;
    if (one == null) {
      return new Watch.Wanted.SoFar();
    }
    if (one.batch != null) {
      return new Watch.Wanted.OfBatch(one.batch);
    }
    if (one.request != null) {
      return new Watch.Wanted.OfRequest(one.request);
    }
    return one.follow ? new Watch.Wanted.FromNowOn() : new Watch.Wanted.SoFar();
  }
}
