package dev.revoker.cli;

import dev.revoker.model.Secret;
import dev.revoker.sandbox.LocalStack;
import dev.revoker.sandbox.WorkerProcess;
import dev.revoker.time.SystemTime;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the parts of the demo until Ctrl-C. */
@Command(
    name = "dev",
    header = "Runs the parts of the demo until Ctrl-C.",
    description = {
      "Runs a real Kafka broker, a stand-in for the account API and a worker on this machine, and",
      "prints their addresses. Runs until Ctrl-C, then leaves nothing behind."
    },
    footer = {
      "",
      "Examples:",
      "  bin/revoker dev",
      "  bin/revoker dev --keys 1000 --keys-file keys.csv"
    })
public final class DevCommand implements Callable<Integer> {
  @Option(
      names = "--keys",
      paramLabel = "N",
      defaultValue = "5",
      description = "How many live keys to make and print (default: ${DEFAULT-VALUE}).")
  private int keys;

  @Option(
      names = "--keys-file",
      paramLabel = "FILE",
      description = {
        "Write the keys to this new file, a CSV as submit takes it, instead of printing them."
      })
  private @Nullable Path keysFile;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws InterruptedException, IOException {
    if (keysFile != null && Files.exists(keysFile)) {
      throw new ParameterException(
          spec.commandLine(), "--keys-file: " + keysFile + " exists already; name another file");
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println("Starting a Kafka broker, a stand-in for the account API and a worker ...");
    out.flush();
    try (SystemTime time = new SystemTime();
        LocalStack stack = LocalStack.start(time)) {
      CleanUp.onExit(stack);
      WorkerProcess worker = stack.startWorker("worker", Map.of());
      List<Secret> live = stack.api().generateKeys(LocalStack.ACCOUNT, keys);
      if (keysFile == null) {
        print(out, stack, worker, live);
      } else {
        write(live, keysFile);
        addresses(out, stack, worker);
        out.println();
        out.println(keys + " live keys are in " + keysFile + ". Revoke them:");
        submitHint(out, stack, keysFile.toString());
        out.println();
        out.println("Ctrl-C stops everything.");
        out.flush();
      }
      worker.awaitExit();
      out.println("The worker has ended. Its log: " + worker.log());
      return ExitCode.FAILED;
    }
  }

  /** Readable by its owner only, although the keys work in this sandbox only. */
  private static void write(List<Secret> live, Path file) throws IOException {
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (Writer csv = Files.newBufferedWriter(file)) {
      csv.write("api_securekey\n");
      for (Secret key : live) {
        csv.write(key.reveal() + "\n");
      }
    }
  }

  private static void submitHint(PrintWriter out, LocalStack stack, String file) {
    out.println(
        "  REVOKER_BOOTSTRAP_SERVERS="
            + stack.broker().bootstrapServers()
            + " bin/revoker submit --wait "
            + file);
  }

  private static void addresses(PrintWriter out, LocalStack stack, WorkerProcess worker) {
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
  }

  private static void print(
      PrintWriter out, LocalStack stack, WorkerProcess worker, List<Secret> live) {
    String servers = stack.broker().bootstrapServers();
    addresses(out, stack, worker);
    out.println();
    out.println(
        "Live keys of the account \"" + LocalStack.ACCOUNT + "\", made for this sandbox only:");
    live.forEach(key -> out.println("  " + key.reveal()));
    out.println();
    out.println("Revoke some: paste keys into this command, a line each, and end with Ctrl-D:");
    submitHint(out, stack, "-");
    out.println("or send a request with any Kafka producer, for example:");
    out.println(
        "  echo '{\"api_securekey\":\""
            + live.getFirst().reveal()
            + "\"}' | kcat -P -b "
            + servers
            + " -t "
            + LocalStack.URGENT);
    out.println("and read its result:");
    out.println(
        "  kcat -C -b "
            + servers
            + " -t "
            + LocalStack.RESULTS
            + " -X isolation.level=read_committed");
    out.println("Break the API, and repair it:");
    out.println("  curl -d '{\"outage\":true}' " + stack.api().url() + "/_sandbox/faults");
    out.println("  curl -d '{\"outage\":false}' " + stack.api().url() + "/_sandbox/faults");
    out.println();
    out.println("Ctrl-C stops everything.");
    out.flush();
  }
}
