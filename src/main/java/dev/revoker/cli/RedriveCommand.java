package dev.revoker.cli;

import dev.revoker.config.Config;
import dev.revoker.model.Outcome;
import dev.revoker.submit.CommandException;
import dev.revoker.submit.Console;
import dev.revoker.submit.Redrive;
import dev.revoker.time.SystemTime;
import dev.revoker.time.Time;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Sends failed requests again. */
@Command(
    name = "redrive",
    header = "Sends failed requests again.",
    description = {
      "Finds the requests whose last result is retriable, and sends the same records to the same"
          + " topics again. Requests that retention or purge has taken are listed. A request is"
          + " sent again three times at most, and never if its key was revoked since.",
      "",
      "After a crash or Ctrl-C the same command sends the rest. Run one at a time. Reads the topics"
          + " of requests and results.",
    },
    exitCodeList = {
      "0:Every failed request was sent again; with --wait, every key is revoked.",
      "1:A request is lost, was sent three times, was not sent, has no result after --timeout, or"
          + " did not succeed.",
      "2:The command line or the configuration is wrong."
    },
    footer = {
      "",
      "Examples:",
      "  bin/revoker redrive --config revoker.properties --since 2h --dry-run",
      "  bin/revoker redrive --config revoker.properties --since 2h --wait",
      "  bin/revoker redrive --outcome session_failed,unavailable --dry-run"
    })
public final class RedriveCommand implements Callable<Integer> {
  /** Other outcomes are never retriable. */
  private static final Set<Outcome> RETRIABLE =
      EnumSet.of(Outcome.SESSION_FAILED, Outcome.UNAVAILABLE, Outcome.UNEXPECTED, Outcome.REJECTED);

  private static final int MAX_RATE = 1_000_000;

  @Mixin private final ConfigOption config = new ConfigOption();

  @Option(
      names = "--outcome",
      paramLabel = "OUTCOME",
      split = ",",
      description = {
        "Only requests with this last outcome: session_failed, unavailable, unexpected or rejected;"
            + " several with commas (default: all that are retriable)."
      })
  private List<Outcome> outcomes = new ArrayList<>();

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description =
          "Only results of this time or later: RFC 3339, or how long ago, such as 2h (default: all"
              + " in the results topic).")
  private @Nullable String since;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "20",
      description =
          "How many requests to send a second, so that new requests are not delayed (default:"
              + " ${DEFAULT-VALUE}).")
  private int rate;

  @Option(names = "--dry-run", description = "List what would be sent, and send nothing.")
  private boolean dryRun;

  @Option(
      names = "--wait",
      description = "Stay until every request has its result, and print a table of outcomes.")
  private boolean wait;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      description = "With --wait: stop after this time, such as 30s, 5m or 2h.")
  private @Nullable Duration timeout;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws CommandException {
    if (rate < 1 || rate > MAX_RATE) {
      throw CommandException.usage("--rate: must be 1 to 1000000");
    }
    if (timeout != null && !wait) {
      throw CommandException.usage("--timeout needs --wait");
    }
    for (Outcome outcome : outcomes) {
      if (!RETRIABLE.contains(outcome)) {
        throw CommandException.usage(
            "--outcome: %s is never retriable; must be session_failed, unavailable, unexpected or"
                + " rejected",
            outcome.wireName());
      }
    }
    Optional<Config> loaded = config.loadWithoutAccounts(spec.commandLine().getErr());
    return loaded.isPresent() ? redrive(loaded.get()) : ExitCode.USAGE;
  }

  private int redrive(Config loaded) throws CommandException {
    Console console =
        new Console(
            spec.commandLine().getOut(), spec.commandLine().getErr(), Console.terminalColumns());
    try (SystemTime time = new SystemTime()) {
      Redrive.Options options =
          new Redrive.Options(
              outcomes, instant(since, time), rate, dryRun, wait, timeout, config.file());
      Redrive redrive = new Redrive(loaded, options, console, time);
      Runnable notNeeded = CleanUp.onEarlyExit(redrive::leave);
      try {
        return redrive.run() ? ExitCode.DONE : ExitCode.FAILED;
      } finally {
        notNeeded.run();
      }
    }
  }

  private static @Nullable Instant instant(@Nullable String text, Time time)
      throws CommandException {
    if (text == null) {
      return null;
    }
    try {
      return time.now().minus(Converters.duration(text));
    } catch (TypeConversionException notDuration) {
      try {
        return OffsetDateTime.parse(text).toInstant();
      } catch (DateTimeException notATime) {
        throw CommandException.usage(
            "--since: must be a time such as 2026-11-30T10:00:00Z, or how long ago, such as 2h");
      }
    }
  }
}
