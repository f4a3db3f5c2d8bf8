package dev.revoker.chaos;

import static org.awaitility.Awaitility.await;

import dev.revoker.model.Secret;
import dev.revoker.sandbox.Broker;
import dev.revoker.sandbox.Endpoint;
import dev.revoker.sandbox.LocalStack;
import dev.revoker.sandbox.Submitter;
import dev.revoker.sandbox.Undocumented;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionTimeoutException;

/** Performs a schedule under load and checks all guarantees. */
final class ChaosRun {
  private static final NormalLoad.Rate RATE = new NormalLoad.Rate(800, 60, 150);

  /** The number of results before the first step, so that all workers are busy. */
  private static final int IN_THE_MIDDLE = 300;

  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private final ChaosSchedule schedule;
  private final String replay;
  private final Map<String, String> overrides;
  private final Secret secondPassword;
  private final List<String> trouble = new ArrayList<>();

  /**
   * @param replay the command that replays the run
   */
  ChaosRun(ChaosSchedule schedule, String replay) {
    this(schedule, replay, Map.of());
  }

  /**
   * The same with other settings of the workers.
   *
   * @param overrides settings of the workers
   */
  ChaosRun(ChaosSchedule schedule, String replay, Map<String, String> overrides) {
    this.schedule = schedule;
    this.replay = replay;
    this.overrides = Map.copyOf(overrides);
    byte[] password = new byte[KnownSecrets.DIGITS / 2];
    new Random(~schedule.seed()).nextBytes(password);
    secondPassword = Secret.of(HexFormat.of().formatHex(password));
  }

  /** Runs it. */
  ChaosReport perform() throws Exception {
    System.out.println("chaos: " + replay + "\n" + schedule);
    Instant began = Instant.now();
    String name = "c" + UUID.randomUUID().toString().substring(0, 8);
    try (Stage stage = new Stage(name, brokers(), settings(), Map.of())) {
      Evidence evidence = new Evidence(stage.stack().api().ledger(), anyAccount());
      evidence.secrets.add(stage.stack().password());
      stage.stack().api().order("{\"other_account_key\": \"" + otherAccountKey() + "\"}");
      List<ChaosGuarantee> guarantees = ChaosGuarantee.all(stage, evidence);
      try (Submitter submitter = new Submitter(stage.broker().bootstrapServers());
          NormalLoad load =
              new NormalLoad(
                  submitter,
                  stage.stack().api(),
                  name,
                  evidence.secrets,
                  schedule.seed(),
                  evidence::asked);
          HostileLoad hostile =
              new HostileLoad(
                  stage.broker().bootstrapServers(),
                  stage.stack().api(),
                  name,
                  evidence.secrets,
                  schedule.seed(),
                  evidence::asked);
          ResultObserver answers =
              new ResultObserver(
                  stage.broker().bootstrapServers(),
                  stage.results(),
                  (answer, text) -> {
                    evidence.answered(answer);
                    guarantees.forEach(one -> one.onAnswer(answer, text));
                  })) {
        evidence.secrets.add(secondPassword);
        load.addSecondAccount(secondPassword, !anyAccount());
        underLoad(stage, evidence, guarantees, load, hostile);
        answers.assertReading();
        ask(guarantees);
      }
      ChaosReport report =
          new ChaosReport(
              schedule,
              replay,
              Duration.between(began, Instant.now()),
              evidence.requests().size(),
              evidence.results(),
              evidence.secrets.count(),
              evidence.journal.counts(),
              evidence.ledger.answers(Endpoint.REMOVE_API_KEY),
              guarantees,
              trouble);
      System.out.println(report);
      if (!report.kept()) {
        keepLogs(stage);
      }
      return report;
    }
  }

  private void underLoad(
      Stage stage,
      Evidence evidence,
      List<ChaosGuarantee> guarantees,
      NormalLoad load,
      HostileLoad hostile)
      throws Exception {
    Director director = new Director(stage, evidence, guarantees);
    ScheduledExecutorService sampler =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("sampler").factory());
    try {
      for (int i = 0; i < schedule.workers(); i++) {
        stage.startWorker();
      }
      stage.meantToRun().forEach(director::awaitReady);
      load.start(RATE, evidence::unanswered);
      hostile.start(director::brokersAreWell);
      sampler.scheduleWithFixedDelay(() -> sample(guarantees), 500, 1000, TimeUnit.MILLISECONDS);
      await().atMost(PATIENCE).until(() -> evidence.results() >= IN_THE_MIDDLE);
      for (Disturbance step : schedule.steps()) {
        System.out.printf(
            "chaos: %4d s  %s%n",
            Duration.between(evidence.journal.began, Instant.now()).toSeconds(), step);
        director.perform(step);
      }
    } catch (ConditionTimeoutException stuck) {
      trouble.add("stuck: " + stuck.getMessage());
    } finally {
      director.heal();
      load.stop();
      hostile.stop();
      System.out.printf(
          "chaos: %d hostile records, %d aborted%n", hostile.sent(), hostile.aborted());
      if (!hostile.bombIsRefused()) {
        trouble.add("the broker took a compressed record of 80 MB");
      }
      awaitAnswers(evidence);
      sampler.shutdown();
      if (!sampler.awaitTermination(60, TimeUnit.SECONDS)) {
        trouble.add("the guarantees could not be asked in between any more");
      }
    }
  }

  private static void awaitAnswers(Evidence evidence) {
    try {
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(100))
          .until(() -> evidence.open().isEmpty());
    } catch (ConditionTimeoutException unanswered) {
      // EveryRequestAnswered reports which.
    }
  }

  private void sample(List<ChaosGuarantee> guarantees) {
    for (ChaosGuarantee one : guarantees) {
      try {
        one.sample();
      } catch (Exception | AssertionError broken) {
        trouble.add(one.name() + " could not be asked: " + broken);
      }
    }
  }

  private static void ask(List<ChaosGuarantee> guarantees) throws Exception {
    for (ChaosGuarantee one : guarantees) {
      one.atEnd();
    }
  }

  /** The real API's answer is not documented, so each half of the seeds has one of the two. */
  private Undocumented.OtherAccountKey otherAccountKey() {
    return schedule.seed() % 2 == 0
        ? Undocumented.OtherAccountKey.ACCOUNT_UNPRIVILEGED
        : Undocumented.OtherAccountKey.ITEM_NOT_FOUND;
  }

  /** In two thirds of the seeds a request without an account is tried with every account. */
  private boolean anyAccount() {
    return schedule.seed() % 3 != 0;
  }

  private Broker.Options brokers() {
    return new Broker.Options(
        IntStream.rangeClosed(1, schedule.brokers()).boxed().toList(),
        schedule.brokers() > 1 ? Map.of() : Stage.PATIENT);
  }

  private Map<String, String> settings() {
    Map<String, String> settings =
        new HashMap<>(Map.of("consumer.group.protocol", schedule.protocol()));
    if (schedule.protocol().equals("classic")) {
      settings.put("consumer.session.timeout.ms", "4000");
      settings.put("consumer.heartbeat.interval.ms", "1000");
    }
    settings.put("producer.transaction.timeout.ms", "5000");
    settings.put("producer.delivery.timeout.ms", "5000");
    settings.put("producer.request.timeout.ms", "2500");
    settings.put("accounts", LocalStack.ACCOUNT + "," + NormalLoad.SECOND_ACCOUNT);
    settings.put("default.account", anyAccount() ? "any" : LocalStack.ACCOUNT);
    settings.put("account.second.username", NormalLoad.SECOND_ACCOUNT);
    settings.put("account.second.password", secondPassword.reveal());
    settings.putAll(overrides);
    return settings;
  }

  private void keepLogs(Stage stage) throws Exception {
    Path folder = Path.of("target", "chaos", stage.name());
    Files.createDirectories(folder);
    for (Path log : stage.logs()) {
      Path name = log.getParent().getFileName().resolve(log.getFileName());
      Path copy = folder.resolve(name.toString().replace('/', '-'));
      if (Files.exists(log)) {
        Files.copy(log, copy);
      }
    }
    System.out.println("logs are in " + folder);
  }
}
