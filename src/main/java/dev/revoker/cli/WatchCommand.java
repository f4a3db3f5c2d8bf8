package dev.revoker.cli;

import dev.revoker.config.Config;
import dev.revoker.submit.CommandException;
import dev.revoker.submit.Console;
import dev.revoker.submit.Watch;
import dev.revoker.time.SystemTime;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows results. */
@Command(
    name = "watch",
    header = "Shows results.",
    description = {
      "Shows results as they come: those of a batch until each row has one, those of a request or"
          + " a key until there is one, or all from now on. Without an option: all that exist now.",
      "",
      "Batch and request ids are claims: whoever may write requests can use them too. The key's"
          + " fingerprint tells whose result it is.",
      "",
      "--batch also reads the request topics, and waits for each request with the batch's id. Rows"
          + " that are not sent yet are not known: submit --resume --wait compares with the file.",
    },
    exitCodeList = {
      "0:Everything that was shown succeeded.",
      "1:Some of it did not, a result is missing after --timeout, or the topics cannot be read.",
      "2:The command line or the configuration is wrong."
    },
    footer = {
      "",
      "Examples:",
      "  bin/revoker watch --config revoker.properties --follow",
      "  bin/revoker watch --batch b-ghjkmnpqrstv",
      "  bin/revoker watch --request alert-4711 --json",
      "  bin/revoker watch --request alert-4711 --fingerprint $fingerprint"
    })
public final class WatchCommand implements Callable<Integer> {
  @Mixin private final ConfigOption config = new ConfigOption();

  @ArgGroup private @Nullable Which which;

  @Option(
      names = "--fingerprint",
      paramLabel = "FINGERPRINT",
      description = {
        "Only results of this key: sha256: or hmac-sha256: and 64 hex digits. Can be combined with"
            + " the other options."
      })
  private @Nullable String fingerprint;

  @Option(names = "--json", description = "Print the results as they are, a JSON object a line.")
  private boolean json;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      description = "Stop waiting after this time, such as 30s, 5m or 2h.")
  private @Nullable Duration timeout;

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
  public Integer call() throws CommandException {
    if (fingerprint != null && !Watch.isFingerprint(fingerprint)) {
      throw CommandException.usage(
          "--fingerprint: must be sha256: or hmac-sha256: and 64 hex digits in lower case, as"
              + " results show it. It is not repeated here, for it may be a key");
    }
    Optional<Config> loaded = config.loadWithoutAccounts(spec.commandLine().getErr());
    return loaded.isPresent() ? watch(loaded.get()) : ExitCode.USAGE;
  }

  private int watch(Config loaded) throws CommandException {
    Console console =
        new Console(
            spec.commandLine().getOut(), spec.commandLine().getErr(), Console.terminalColumns());
    Which one = which == null ? new Which() : which;
    Watch.Wanted wanted = new Watch.Wanted(one.batch, one.request, fingerprint, one.follow);
    try (SystemTime time = new SystemTime()) {
      boolean succeeded = new Watch(loaded, wanted, json, timeout, console, time).run();
      return succeeded ? ExitCode.DONE : ExitCode.FAILED;
    }
  }
}
