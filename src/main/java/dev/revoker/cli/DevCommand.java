package dev.revoker.cli;

import dev.revoker.model.Secret;
import dev.revoker.sandbox.LocalStack;
import dev.revoker.sandbox.WorkerProcess;
import dev.revoker.time.SystemTime;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The demo's parts, left running. */
@Command(
    name = "dev",
    description = {
      "Runs a real Kafka broker, a stand-in for the account API and a worker on this machine, and",
      "prints their addresses. Runs until Ctrl-C, then leaves nothing behind."
    })
public final class DevCommand implements Callable<Integer> {
  @Option(
      names = "--keys",
      paramLabel = "N",
      defaultValue = "5",
      description = "How many live keys to make and print (default: ${DEFAULT-VALUE}).")
  private int keys;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    out.println("starting a broker, the account API and a worker ...");
    out.flush();
    try (SystemTime time = new SystemTime();
        LocalStack stack = LocalStack.start(time)) {
      CleanUp.onExit(stack);
      WorkerProcess worker = stack.startWorker("worker", Map.of());
      print(out, stack, worker, stack.api().generateKeys(LocalStack.ACCOUNT, keys));
      worker.awaitExit();
      out.println("the worker ended; its log: " + worker.log());
      return ExitCode.FAILED;
    }
  }

  private static void print(
      PrintWriter out, LocalStack stack, WorkerProcess worker, List<Secret> live) {
    String servers = stack.broker().bootstrapServers();
    out.println();
    out.println("Kafka        " + servers);
    out.println(
        "topics       "
            + LocalStack.URGENT
            + ", "
            + LocalStack.STANDARD
            + ", "
            + LocalStack.RESULTS);
    out.println("account API  " + stack.api().url() + "  (faults: POST /_sandbox/faults)");
    out.println("worker       " + worker.ops() + "/metrics, /livez, /readyz");
    out.println("worker's log " + worker.log());
    out.println();
    out.println(
        "Live keys of the account \"" + LocalStack.ACCOUNT + "\", made for this sandbox only:");
    live.forEach(key -> out.println("  " + key.reveal()));
    out.println();
    out.println("Send a request, with any Kafka producer, for example:");
    out.println(
        "  echo '{\"api_securekey\":\""
            + live.getFirst().reveal()
            + "\"}' | kcat -P -b "
            + servers
            + " -t "
            + LocalStack.URGENT);
    out.println("and see its result:");
    out.println(
        "  kcat -C -b "
            + servers
            + " -t "
            + LocalStack.RESULTS
            + " -X isolation.level=read_committed");
    out.println("Break the API, and mend it:");
    out.println("  curl -d '{\"outage\":true}' " + stack.api().url() + "/_sandbox/faults");
    out.println("  curl -d '{\"outage\":false}' " + stack.api().url() + "/_sandbox/faults");
    out.println();
    out.println("Ctrl-C ends everything.");
    out.flush();
  }
}
