package dev.revoker;

import dev.revoker.api.Api;
import dev.revoker.api.ApiAnswer;
import dev.revoker.api.ApiCall;
import dev.revoker.api.HttpApi;
import dev.revoker.cli.CheckCommand.Finding;
import dev.revoker.config.Config;
import dev.revoker.message.Redactor;
import dev.revoker.model.Credentials;
import dev.revoker.time.SystemTime;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;

/**
 * The {@code check} command's tests of what a worker needs: the brokers, the topics, and a login
 * for each account.
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
    checkKafka();
    try (SystemTime time = new SystemTime();
        HttpApi api = new HttpApi(config.api(), 1, time)) {
      config.accounts().forEach((account, credentials) -> checkLogin(api, account, credentials));
    }
  }

  private void checkKafka() {
    TopicSetup.Topics topics = TopicSetup.Topics.of(config);
    try (Admin admin = Admin.create(config.kafka().admin())) {
      List<String> missing = TopicSetup.missing(admin, topics);
      report.accept(new Finding("brokers", true, "reachable"));
      for (String topic : topics.all()) {
        boolean there = !missing.contains(topic);
        report.accept(
            new Finding("topic " + topic, there || config.createTopics(), topicState(there)));
      }
      TopicWarnings.Found found = TopicWarnings.find(admin, topics, topics.except(missing));
      found.warnings().forEach(text -> report.accept(Finding.warning("topics", text)));
      found.unchecked().forEach(text -> report.accept(Finding.warning("topics", text)));
    } catch (KafkaException failed) {
      report.accept(new Finding("brokers", false, KafkaFailure.describe(failed, config.kafka())));
    }
  }

  private String topicState(boolean there) {
    if (there) {
      return "exists";
    }
    return config.createTopics()
        ? "missing: the worker will create it (create.topics=true)"
        : "missing: create it, or set create.topics=true";
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
