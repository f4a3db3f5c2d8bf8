package dev.revoker.cli;

import dev.revoker.config.Config;
import dev.revoker.model.Secret;
import dev.revoker.sandbox.SandboxAccount;
import dev.revoker.sandbox.SandboxApi;
import dev.revoker.sandbox.Undocumented;
import dev.revoker.time.SystemTime;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The stand-in for the account API. */
@Command(
    name = "sandbox",
    header = "A stand-in for the account API.",
    description = {
      "Runs a stand-in for cielo24's account API. Runs until SIGTERM or Ctrl-C.",
      "",
      "POST JSON to /_sandbox/faults to make it fail, DELETE /_sandbox/faults to end that:",
      "  latency_ms         a number, or {\"median_ms\": 40, \"p99_ms\": 250}",
      "  NAME_rate          the share of calls, 0 to 1, that get this fault: throttle, error,",
      "                     unhandled_error, reset, no_answer, close_before_effect,",
      "                     close_after_effect, half_answer, gzip_answer, echo_key",
      "  every_nth          every Nth call gets error_status",
      "  error_status, retry_after",
      "                     the status (400 to 599) and the Retry-After header (seconds)",
      "  endpoint           only for this call, such as remove_api_key; otherwise for all",
      "  outage             true or false, with outage_mode: 503, reset, hang or refuse, and",
      "                     outage_ms",
      "  account, login     refuse or accept logins of one account; accept also unlocks it",
      "  expire_tokens      true, or an account's name: ends sessions",
      "  seed               makes the faults repeatable",
      "",
      "The same JSON chooses among what cielo24 does not document:",
      "  other_account_key  the error for a live key of another account: ACCOUNT_UNPRIVILEGED",
      "                     (default) or ITEM_NOT_FOUND",
      "  removed_key_login  the error of a login with a removed key: ACCOUNT_UNPRIVILEGED",
      "                     (default) or LOGIN_INVALID",
      "  parent_removes     whether a parent account removes its descendants' keys (default: true)",
      "  removal_delay_ms   for how long a removed key still logs in (default: 0)",
      "  lock_after_refused_logins",
      "                     locks an account after N refused logins in a row (default: 0, never)",
      "",
      "GET /_sandbox/faults and GET /_sandbox/state show what is set and what was called."
    },
    footer = {
      "",
      "Examples:",
      "  bin/revoker sandbox --listen 127.0.0.1:8024 --account acme --keys 10",
      "  bin/revoker sandbox --accounts accounts.json",
      "  bin/revoker sandbox --faults '{\"removal_delay_ms\": 5000}'"
    })
public final class SandboxCommand implements Callable<Integer> {
  private static final String DEFAULT_ACCOUNT = "demo";
  private static final int PASSWORD_BYTES = 12;
  private static final int KEY_BYTES = 16;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:8024",
      description = "Where to listen; port 0 takes a free one (default: ${DEFAULT-VALUE}).")
  private String listen = "";

  @Option(
      names = "--accounts",
      paramLabel = "FILE",
      description = {
        "Accounts with their credentials, as JSON:",
        "  [{\"username\": \"...\", \"password\": \"...\", \"keys\": [\"...\"]}]",
        "A child account also has a \"parent\": a username before it in the file."
      })
  private @Nullable Path file;

  @Option(
      names = "--account",
      paramLabel = "NAME",
      description = {
        "Makes an account, its password and its keys; may be given several times.",
        "Without --account and --accounts there is one: " + DEFAULT_ACCOUNT + "."
      })
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--keys",
      paramLabel = "N",
      defaultValue = "3",
      description = "How many keys each account that is made gets (default: ${DEFAULT-VALUE}).")
  private int keys;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "Writes the credentials that are made to this file, as --accounts reads them, and does"
              + " not print them.")
  private @Nullable Path out;

  @Option(
      names = "--faults",
      paramLabel = "JSON",
      description = {
        "Faults and choices from the start, as for POST /_sandbox/faults.",
        "DELETE /_sandbox/faults returns to them."
      })
  private @Nullable String faults;

  @Option(
      names = "--tls",
      paramLabel = "FILE",
      description =
          "Speaks TLS. The properties file has Kafka's ssl.keystore.* settings; to ask clients for"
              + " a certificate also ssl.truststore.* and ssl.client.auth=required.")
  private @Nullable Path tls;

  @Option(
      names = "--other-account-key",
      paramLabel = "TYPE",
      description = "Short for --faults '{\"other_account_key\": \"TYPE\"}'.")
  private Undocumented.@Nullable OtherAccountKey otherAccountKey;

  @Spec private CommandSpec spec;

  /** For picocli. */
  public SandboxCommand() {
    this.spec = CommandSpec.create();
  }

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    Config.Listen address = address();
    List<SandboxAccount> given;
    List<SandboxAccount> made = make();
    try {
      given = file == null ? List.of() : SandboxAccount.readFile(file);
    } catch (IOException e) {
      err.println("--accounts: " + file + " cannot be read: " + e.getMessage());
      return ExitCode.USAGE;
    }
    try {
      if (out != null) {
        SandboxAccount.writeFile(out, made);
      }
    } catch (IOException e) {
      err.println("--out: " + out + " cannot be written: " + e.getMessage());
      return ExitCode.USAGE;
    }
    SandboxApi.Options options =
        SandboxApi.Options.defaults()
            .withListen(address)
            .withOrder(order())
            .withTls(tls)
            .withAccounts(Stream.concat(given.stream(), made.stream()).toList());
    try (SystemTime time = new SystemTime();
        SandboxApi sandbox = SandboxApi.start(options, time)) {
      announce(sandbox, given, made);
      awaitStop(sandbox);
      return ExitCode.DONE;
    } catch (IllegalArgumentException e) {
      err.println("--faults or --accounts: " + e.getMessage());
      return ExitCode.USAGE;
    } catch (IOException e) {
      err.println("can't listen on " + address + ": " + e.getMessage() + " (see --listen, --tls)");
      return ExitCode.FAILED;
    }
  }

  private String order() {
    if (faults != null && otherAccountKey != null) {
      throw new ParameterException(
          spec.commandLine(),
          "--other-account-key " + otherAccountKey + ": put other_account_key into --faults");
    }
    if (faults != null) {
      return faults;
    }
    return otherAccountKey == null ? "{}" : "{\"other_account_key\": \"" + otherAccountKey + "\"}";
  }

  private List<SandboxAccount> make() {
    List<String> wanted = names.isEmpty() && file == null ? List.of(DEFAULT_ACCOUNT) : names;
    return wanted.stream()
        .map(
            name ->
                new SandboxAccount(
                    name,
                    random(PASSWORD_BYTES),
                    Stream.generate(() -> random(KEY_BYTES)).limit(keys).toList()))
        .toList();
  }

  private void announce(SandboxApi sandbox, List<SandboxAccount> given, List<SandboxAccount> made) {
    PrintWriter print = spec.commandLine().getOut();
    print.println("account API  " + sandbox.url());
    print.println("state        " + sandbox.url() + "/_sandbox/state");
    print.println(
        "break it     curl -d '{\"error_rate\": 0.5}' " + sandbox.url() + "/_sandbox/faults");
    given.forEach(account -> print.println(line(account) + ", credentials from " + file));
    if (out != null) {
      made.forEach(account -> print.println(line(account) + ", credentials in " + out));
    } else if (!made.isEmpty()) {
      print.println();
      print.println("Made for this sandbox only, good for nothing else, and shown just this once:");
      made.forEach(account -> show(print, account));
    }
    print.println();
    print.println("Ctrl-C ends it.");
    print.flush();
  }

  private static String line(SandboxAccount account) {
    return "account      " + account.name() + ": " + account.keys().size() + " keys";
  }

  private static void show(PrintWriter print, SandboxAccount account) {
    print.println("account      " + account.name());
    print.println("  password   " + account.password().reveal());
    account.keys().forEach(key -> print.println("  key        " + key.reveal()));
  }

  /** SIGTERM would make the exit code 143; but it is the normal end of this command, so it is 0. */
  private static void awaitStop(SandboxApi sandbox) {
    Thread hook =
        Thread.ofPlatform()
            .unstarted(
                () -> {
                  sandbox.close();
                  Runtime.getRuntime().halt(ExitCode.DONE);
                });
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException stop) {
      Runtime.getRuntime().removeShutdownHook(hook);
    }
  }

  private Config.Listen address() {
    int colon = listen.lastIndexOf(':');
    String port = listen.substring(colon + 1);
    if (colon <= 0 || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65_535 || keys < 0) {
      throw new ParameterException(
          spec.commandLine(),
          keys < 0
              ? "--keys: 0 or more, not " + keys
              : "--listen: HOST:PORT with a port of 0 to 65535, not " + listen);
    }
    return new Config.Listen(
        listen.substring(0, colon).replace("[", "").replace("]", ""), Integer.parseInt(port));
  }

  private static Secret random(int bytes) {
    byte[] random = new byte[bytes];
    new SecureRandom().nextBytes(random);
    return Secret.of(HexFormat.of().formatHex(random));
  }
}
