package dev.revoker;

import dev.revoker.api.Api;
import dev.revoker.api.ApiAnswer;
import dev.revoker.api.ApiCall;
import dev.revoker.api.HttpApi;
import dev.revoker.cli.CheckCommand.Finding;
import dev.revoker.config.ApiConfig;
import dev.revoker.config.Config;
import dev.revoker.message.Redactor;
import dev.revoker.model.Credentials;
import dev.revoker.ops.OpsServer;
import dev.revoker.time.SystemTime;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The {@code check} command's tests of what a worker needs: the brokers, the topics and rights, the
 * address of {@code ops.listen}, the way to the API, and a login for each account.
 */
final class Checkup {
  private final Config config;
  private final Consumer<Finding> report;

  /**
   * @param report called with each finding as soon as there is one
   */
  Checkup(Config config, Consumer<Finding> report) {
    this.config = config;
    this.report = report;
  }

  /** Runs every test, also after one has failed. */
  void run() {
    new KafkaCheckup(config, report).run();
    checkListen();
    try (SystemTime time = new SystemTime();
        HttpApi api = new HttpApi(config.api(), 1, time)) {
      Optional<String> unreachable = api.unreachable();
      report.accept(
          new Finding("api", unreachable.isEmpty(), unreachable.orElseGet(this::reached)));
      config
          .accounts()
          .forEach(
              (account, credentials) -> {
                if (unreachable.isEmpty()) {
                  checkLogin(api, account, credentials);
                } else {
                  report.accept(
                      new Finding("account " + account, false, "not tried: no way to the API"));
                }
              });
    }
  }

  private String reached() {
    ApiConfig.Proxy proxy = config.api().proxy();
    return proxy == null
        ? "accepts connections"
        : String.format(
            Locale.ROOT, "accepts connections through %s:%d", proxy.host(), proxy.port());
  }

  private void checkListen() {
    try {
      OpsServer.tryToListen(config.opsListen());
      report.accept(new Finding("ops.listen", true, config.opsListen() + " is free"));
    } catch (OpsServer.CannotListen taken) {
      report.accept(new Finding("ops.listen", false, String.valueOf(taken.getMessage())));
    }
  }

  private void checkLogin(Api api, String account, Credentials credentials) {
    String what = "account " + account;
    if (credentials instanceof Credentials.ApiToken) {
      report.accept(new Finding(what, true, "has an api.token, so no login was tried"));
      return;
    }
    switch (ask(api, new ApiCall.Login(credentials))) {
      case ApiAnswer.Session session -> {
        ask(api, new ApiCall.Logout(session.apiToken()));
        report.accept(new Finding(what, true, "logged in and out"));
      }
      case ApiAnswer.Refused refused -> {
        Redactor redactor = Redactor.of(credentials.secret());
        report.accept(
            new Finding(
                what,
                false,
                "login refused: "
                    + redactor.redact(refused.errorType() + " " + refused.errorComment())));
      }
      case ApiAnswer.NoConnection none ->
          report.accept(new Finding(what, false, "no connection to the API: " + none.why()));
      case ApiAnswer.NoAnswer none ->
          report.accept(new Finding(what, false, "no answer from the API: " + none.why()));
      case ApiAnswer other ->
          report.accept(new Finding(what, false, "the login got HTTP " + other.httpStatus()));
    }
  }

  private static ApiAnswer ask(Api api, ApiCall call) {
    CompletableFuture<ApiAnswer> answer = new CompletableFuture<>();
    api.call(call, answer::complete);
    return answer.join();
  }
}
