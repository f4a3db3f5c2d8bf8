package dev.revoker;

import dev.revoker.cli.CheckCommand;
import dev.revoker.cli.CompletionCommand;
import dev.revoker.cli.DemoCommand;
import dev.revoker.cli.DevCommand;
import dev.revoker.cli.ExitCode;
import dev.revoker.cli.Help;
import dev.revoker.cli.KeygenCommand;
import dev.revoker.cli.RedriveCommand;
import dev.revoker.cli.SandboxCommand;
import dev.revoker.cli.SchemaCommand;
import dev.revoker.cli.SubmitCommand;
import dev.revoker.cli.WatchCommand;
import dev.revoker.cli.WorkerCommand;
import dev.revoker.config.Config;
import dev.revoker.engine.FatalWorkerException;
import dev.revoker.ops.LogGuard;
import dev.revoker.ops.OpsServer;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program: its commands, and the only place that ends the process. */
@Command(
    name = "revoker",
    description =
        "Revokes leaked and left-behind cielo24 API keys: one truthful result per request.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "REVOKER_BOOTSTRAP_SERVERS and the like override a configuration file; REVOKER_LOG_LEVEL and"
          + " REVOKER_LOG_FORMAT=json set up the log; REVOKER_JAVA_OPTS are options of the JVM.",
      "",
      "Examples:",
      "  bin/revoker demo                                     shows everything on this machine",
      "  bin/revoker check --config revoker.properties        before a worker is started",
      "  bin/revoker worker --config revoker.properties",
      "  bin/revoker submit --config revoker.properties --wait leaked-keys.csv"
    })
public final class App {
  private static final Logger LOG = LoggerFactory.getLogger(App.class);

  private App() {}

  /** Runs one command and exits: 0 done, 1 failed, 2 wrong command line or configuration. */
  public static void main(String[] args) {
    // Libraries format numbers by the default locale, and scripts parse those numbers.
    Locale.setDefault(Locale.ROOT);
    LogGuard.install();
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    CommandLine commands =
        new CommandLine(new App())
            .addSubcommand(new WorkerCommand(App::worker))
            .addSubcommand(new CheckCommand((config, report) -> new Checkup(config, report).run()))
            .addSubcommand(new SubmitCommand())
            .addSubcommand(new WatchCommand())
            .addSubcommand(new RedriveCommand())
            .addSubcommand(new SchemaCommand())
            .addSubcommand(new KeygenCommand())
            .addSubcommand(new CompletionCommand())
            .addSubcommand(new SandboxCommand())
            .addSubcommand(new DemoCommand())
            .addSubcommand(new DevCommand());
    return Help.with(commands).setExecutionStrategy(App::execute);
  }

  /**
   * Logs messages of Kafka's clients for the worker only; other commands print their own errors.
   */
  private static int execute(CommandLine.ParseResult parsed) {
    // The JVM replaces bytes that it cannot decode in the locale's encoding by U+FFFD.
    if (parsed.originalArgs().stream().anyMatch(argument -> argument.indexOf('\uFFFD') >= 0)) {
      throw new CommandLine.ParameterException(
          parsed.commandSpec().commandLine(),
          "an argument has characters that this locale's encoding cannot express; use a UTF-8"
              + " locale, such as LC_ALL=C.UTF-8");
    }
    CommandLine.ParseResult command = parsed.subcommand();
    CommandLine.ParseResult last = command == null ? parsed : command;
    if (last.isUsageHelpRequested() || (command == null && !parsed.isVersionHelpRequested())) {
      return Help.print(last.commandSpec().commandLine());
    }
    if (command == null || !command.commandSpec().name().equals("worker")) {
      LogGuard.quietKafka(System.getenv("REVOKER_LOG_LEVEL"));
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  /**
   * Runs a worker. On SIGTERM the JVM would always exit with 143, so the shutdown hook waits for
   * the worker to stop and then halts the JVM with the worker's exit code.
   */
  private static int worker(Config config) {
    Worker worker = new Worker(config);
    CompletableFuture<Integer> ended = new CompletableFuture<>();
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(
                    () -> {
                      worker.stop();
                      Runtime.getRuntime().halt(ended.join());
                    }));
    int code = ExitCode.FAILED;
    try {
      code = worker.run();
      LOG.atInfo().addKeyValue("exitCode", code).log("stopped");
    } catch (FatalWorkerException | OpsServer.CannotListen failed) {
      LOG.atError().addKeyValue("cause", failed.getMessage()).log("the worker cannot continue");
    } catch (RuntimeException | Error bug) {
      LOG.atError().setCause(bug).log("a bug stopped the worker; please report it");
    } finally {
      ended.complete(code);
    }
    return code;
  }
}
