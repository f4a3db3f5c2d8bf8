package dev.revoker.cli;

import dev.revoker.config.Config;
import dev.revoker.submit.CommandException;
import dev.revoker.submit.Console;
import dev.revoker.submit.InputFile;
import dev.revoker.submit.InputFormat;
import dev.revoker.submit.Submission;
import dev.revoker.submit.SubmitOptions;
import dev.revoker.time.SystemTime;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sends requests. */
@Command(
    name = "submit",
    header = "Sends requests.",
    description = {
      "Reads keys or whole requests, checks all of them, and sends them to a lane.",
      "",
      "FILE is a CSV with a header (columns are named as the fields of a request: api_securekey,"
          + " account, username, api_token, request_id, reason, requested_by, requested_at,"
          + " not_after; label.NAME is a label), or NDJSON (a request a line), or has a key a line,"
          + " or is the report of TruffleHog (--json), gitleaks (JSON) or a tool that writes SARIF."
          + " Without FILE, or with -, standard input is read. A key is never an argument: other"
          + " users could see it, and the shell would keep it.",
      "",
      "If a row is not valid, all such rows are named and nothing is sent. A batch has at most"
          + " 5,000,000 rows. A key that is on several rows is sent once, for the first of them;"
          + " its outcome counts for each.",
      "",
      "Where the configuration has encryption.key.location (a public JWK set), keys and tokens are"
          + " encrypted before they are sent. Otherwise they are sent in the clear.",
    },
    exitCodeList = {
      "0:Every row was sent; with --wait, every key is revoked.",
      "1:A row is not valid, was not sent, or did not succeed.",
      "2:The command line or the configuration is wrong."
    },
    footer = {
      "",
      "Examples:",
      "  bin/revoker submit --config revoker.properties --wait --report outcome.csv left.csv",
      "  grep -owhE '[0-9a-f]{32}' leak.txt | sort -u |",
      "    bin/revoker submit --lane urgent --reason leaked --wait -",
      "  trufflehog git file://. --json | bin/revoker submit --lane urgent -",
      "  bin/revoker submit --lane urgent --wait --rule cielo24-api-key gitleaks.json",
      "  bin/revoker submit --dry-run --format keys keys.txt",
      "  bin/revoker submit --wait --resume keys.csv            after a crash or Ctrl-C"
    })
public final class SubmitCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "[FILE|-]",
      hideParamSyntax = true,
      arity = "0..*",
      description = "The keys or requests; - is standard input.")
  private List<String> files = List.of();

  @Mixin private final ConfigOption config = new ConfigOption();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "csv, ndjson, keys, trufflehog, gitleaks or sarif (default: found out from the start).")
  private InputFormat.@Nullable Type format;

  @Option(
      names = "--rule",
      paramLabel = "NAME",
      description =
          "Of a scanner's report, send the findings of this rule or detector; may be given several"
              + " times (default: rules whose names contain cielo24).")
  private List<String> rules = new ArrayList<>();

  @Option(
      names = "--lane",
      paramLabel = "LANE",
      description = "Which lane to send to (default: standard, or the last where there is none).")
  private @Nullable String lane;

  @Option(names = "--account", paramLabel = "NAME", description = "For rows that name no account.")
  private @Nullable String account;

  @Option(names = "--reason", paramLabel = "TEXT", description = "For rows that give no reason.")
  private @Nullable String reason;

  @Option(names = "--requested-by", paramLabel = "WHO", description = "For rows that do not say.")
  private @Nullable String requestedBy;

  @Option(
      names = "--not-after",
      paramLabel = "TIME",
      description = "For rows without one; after it the API is not called (RFC 3339).")
  private @Nullable String notAfter;

  @Option(
      names = "--label",
      paramLabel = "NAME=VALUE",
      description = "A label for rows that lack it; may be given several times.")
  private Map<String, String> labels = new LinkedHashMap<>();

  @Option(
      names = "--batch",
      paramLabel = "ID",
      description = "The batch's id, 1 to 64 of A-Z a-z 0-9 . _ - (default: made of the content).")
  private @Nullable String batch;

  @Option(
      names = "--skip-invalid",
      description = "Send the valid rows even if other rows are not valid.")
  private boolean skipInvalid;

  @Option(names = "--dry-run", description = "Show what would be sent, masked, and send nothing.")
  private boolean dryRun;

  @Option(
      names = "--wait",
      description = "Stay until every row has its result, and print a table of outcomes.")
  private boolean wait;

  @Option(
      names = "--resume",
      description = {
        "Send only rows of this batch that have not succeeded and are not in flight. Reads the"
            + " topics of requests and results."
      })
  private boolean resume;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = {
        "With --wait: write each row's result, with the key's fingerprint, to FILE: a new"
            + " .csv, .json (an array), .ndjson or .jsonl file."
      })
  private @Nullable Path report;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      description = {
        "With --wait: stop waiting after this time, such as 30s, 5m or 2h, and name what is"
            + " missing."
      })
  private @Nullable Duration timeout;

  @Option(names = "--overwrite", description = "Let --report replace a file.")
  private boolean overwrite;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws CommandException, IOException {
    PrintWriter err = spec.commandLine().getErr();
    String mistake = mistake();
    if (mistake != null) {
      err.println(mistake);
      return ExitCode.USAGE;
    }
    Optional<Config> loaded = config.loadWithoutAccounts(err);
    return loaded.isPresent() ? submit(loaded.get()) : ExitCode.USAGE;
  }

  private int submit(Config loaded) throws CommandException, IOException {
    Console console =
        new Console(
            spec.commandLine().getOut(), spec.commandLine().getErr(), Console.terminalColumns());
    SubmitOptions.Defaults defaults =
        new SubmitOptions.Defaults(account, reason, requestedBy, notAfter, labels);
    SubmitOptions options =
        new SubmitOptions(
            format,
            defaults,
            rules,
            lane,
            batch,
            skipInvalid,
            dryRun,
            wait,
            resume,
            report,
            overwrite,
            timeout,
            config.file());
    try (SystemTime time = new SystemTime();
        InputFile input = input(console)) {
      Submission submission = new Submission(loaded, options, console, time);
      Runnable notNeeded = CleanUp.onEarlyExit(submission::leave);
      try {
        return submission.run(input) ? ExitCode.DONE : ExitCode.FAILED;
      } finally {
        notNeeded.run();
      }
    }
  }

  private InputFile input(Console console) throws CommandException {
    if (files.isEmpty()) {
      console.tell("reading standard input; Ctrl-D ends it");
    }
    return files.isEmpty() || files.getFirst().equals("-")
        ? InputFile.copyOf(System.in)
        : InputFile.open(Converters.path(files.getFirst()));
  }

  /** What is wrong with the arguments, or null. */
  private @Nullable String mistake() {
    for (String file : files) {
      if (Console.looksLikeKey(file) && !isFile(file)) {
        return """
        An argument looks like a key, and is not repeated here. Keys are read from a file or from
        standard input: other users see a process's arguments, and your shell may have kept it.
          bin/revoker submit keys.txt
          bin/revoker submit -         and then paste it, and Ctrl-D\
        """;
      }
    }
    if (files.size() > 1) {
      return "only one FILE can be given";
    }
    if (overwrite && report == null) {
      return "--overwrite needs --report";
    }
    if ((report != null || timeout != null) && !wait) {
      return (report == null ? "--timeout" : "--report") + " needs --wait";
    }
    return null;
  }

  private static boolean isFile(String name) {
    try {
      return Files.exists(Path.of(name));
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
