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
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
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
    description =
        "Runs a real Kafka broker, a stand-in for the account API and a worker on this machine, and"
            + " prints their addresses. Runs until Ctrl-C, then leaves nothing behind.",
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
      AtomicBoolean stopping = new AtomicBoolean();
      CleanUp.onExit(() -> stopping.set(true), stack);
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
      if (!stopping.get()) {
        // The log is deleted with the stack, so its end is shown, and not its name.
        out.println("The worker has ended. The end of its log:");
        out.println(worker.lastLines());
        out.flush();
      }
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
    out.printf(
        Locale.ROOT,
        "  REVOKER_BOOTSTRAP_SERVERS=%s bin/revoker submit --wait %s%n",
        stack.broker().bootstrapServers(),
        file);
  }

  private static void addresses(PrintWriter out, LocalStack stack, WorkerProcess worker) {
    out.printf(
        Locale.ROOT,
        """

        Kafka        %s
        topics       %s, %s, %s
        account API  %s  (faults: POST /_sandbox/faults)
        worker       %s/metrics, /livez, /readyz
        worker's log %s
        """,
        stack.broker().bootstrapServers(),
        LocalStack.URGENT,
        LocalStack.STANDARD,
        LocalStack.RESULTS,
        stack.api().url(),
        worker.ops(),
        worker.log());
  }

  private static void print(
      PrintWriter out, LocalStack stack, WorkerProcess worker, List<Secret> live) {
    String servers = stack.broker().bootstrapServers();
    addresses(out, stack, worker);
    out.printf(
        Locale.ROOT,
        "%nLive keys of the account \"%s\", made for this sandbox only:%n",
        LocalStack.ACCOUNT);
    live.forEach(key -> out.println("  " + key.reveal()));
    out.println();
    out.println("Revoke some: paste keys into this command, a line each, and end with Ctrl-D:");
    submitHint(out, stack, "-");
    out.printf(
        Locale.ROOT,
        """
        or send a request with any Kafka producer, for example:
          echo '{"api_securekey":"%s"}' | kcat -P -b %s -t %s
        and read its result:
          kcat -C -b %s -t %s -X isolation.level=read_committed
        Break the API, and repair it:
          curl -d '{"outage":true}' %s/_sandbox/faults
          curl -d '{"outage":false}' %s/_sandbox/faults

        Ctrl-C stops everything.
        """,
        live.isEmpty() ? "KEY" : live.getFirst().reveal(),
        servers,
        LocalStack.URGENT,
        servers,
        LocalStack.RESULTS,
        stack.api().url(),
        stack.api().url());
    out.flush();
  }
}
