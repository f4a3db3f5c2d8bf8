package dev.revoker.cli;

import dev.revoker.api.HttpApi;
import dev.revoker.config.ApiConfig;
import dev.revoker.sandbox.Demo;
import dev.revoker.sandbox.LocalStack;
import dev.revoker.submit.Console;
import dev.revoker.time.SystemTime;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Shows the whole program at work on this machine. */
@Command(
    name = "demo",
    header = "Shows the whole program at work on this machine.",
    description =
        "Starts a real Kafka broker, a stand-in for the account API and a worker on this machine,"
            + " with nothing to install. Submits requests, kills the worker, breaks the API and"
            + " repairs it; then proves that every request has exactly one result and that no"
            + " removed key logs in. Ends by itself within a minute.",
    exitCodeList = {
      "0:Every promise held.",
      "1:A promise did not hold.",
      "2:The command line is wrong."
    },
    footer = {"", "Examples:", "  bin/revoker demo"})
public final class DemoCommand implements Callable<Integer> {
  private static final int LOGINS_AT_A_TIME = 4;
  private static final long TIMEOUT_MS = 10_000;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    int columns = Console.terminalColumns();
    spec.commandLine()
        .getOut()
        .println("Starting a Kafka broker, a stand-in for the account API and a worker ...");
    spec.commandLine().getOut().flush();
    try (SystemTime time = new SystemTime();
        LocalStack stack = LocalStack.start(time);
        HttpApi api = new HttpApi(endpoint(stack), LOGINS_AT_A_TIME, time, null)) {
      CleanUp.onExit(stack);
      boolean held = new Demo(stack, api, spec.commandLine().getOut(), columns, time).play();
      return held ? ExitCode.DONE : ExitCode.FAILED;
    }
  }

  private static ApiConfig endpoint(LocalStack stack) {
    return new ApiConfig(stack.api().url(), TIMEOUT_MS, TIMEOUT_MS);
  }
}
