package dev.revoker.cli;

import dev.revoker.config.Config;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.ToIntFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Runs the service. */
@Command(
    name = "worker",
    header = "Runs the service: processes the requests that arrive in Kafka.",
    description = {
      "Reads revocation requests from Kafka, removes the keys, and publishes one result for each.",
      "Runs until SIGTERM or Ctrl-C, then finishes the calls in flight."
    },
    exitCodeList = {
      "0:Stopped by a signal, and every call in flight was finished.",
      "1:It could not continue.",
      "2:The command line or the configuration is wrong."
    },
    footer = {
      "",
      "Examples:",
      "  bin/revoker worker --config revoker.properties",
      "  REVOKER_LOG_FORMAT=json bin/revoker worker --config /etc/revoker/revoker.properties"
    })
public final class WorkerCommand implements Callable<Integer> {
  private final ToIntFunction<Config> worker;

  @Mixin private final ConfigOption config = new ConfigOption();

  @Spec private CommandSpec spec;

  /** Runs the worker, with its exit code. */
  public WorkerCommand(ToIntFunction<Config> worker) {
    this.worker = worker;
    this.spec = CommandSpec.create();
  }

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    Optional<Config> loaded = config.load(err);
    return loaded.map(worker::applyAsInt).orElse(ExitCode.USAGE);
  }
}
