package dev.revoker.cli;

import dev.revoker.sandbox.Demo;
import dev.revoker.sandbox.LocalStack;
import dev.revoker.time.SystemTime;
import java.io.PrintWriter;
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
            + " with nothing to install. Reports one key three times, a key without its account and"
            + " a protected key. Submits a batch, kills the worker, breaks the API and repairs it."
            + " Then proves that every request has exactly one result and that no removed key logs"
            + " in. Ends by itself within a minute.",
    exitCodeList = {
      "0:Every promise held.",
      "1:A promise did not hold.",
      "2:The command line is wrong."
    },
    footer = {"", "Examples:", "  bin/revoker demo"})
public final class DemoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    out.println("Starting a Kafka broker, a stand-in for the account API and a worker ...");
    out.flush();
    try (SystemTime time = new SystemTime();
        LocalStack stack = LocalStack.start(time)) {
      CleanUp.onExit(stack);
      return new Demo(stack, out, time).play() ? ExitCode.DONE : ExitCode.FAILED;
    }
  }
}
