package dev.revoker.chaos;

import static org.awaitility.Awaitility.await;

import dev.revoker.chaos.Disturbance.Kind;
import dev.revoker.sandbox.BrokerNode;
import dev.revoker.sandbox.Faults;
import dev.revoker.sandbox.Signals;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.core.ConditionTimeoutException;

/** Performs the steps one after the other, on one thread. */
final class Director {
  private static final Duration UNTIL_ALL_ARE_SLOW = Duration.ofMillis(300);
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration LONGEST_PROGRESS = Duration.ofSeconds(10);

  private final Stage stage;
  private final Evidence evidence;
  private final List<ChaosGuarantee> guarantees;
  private final ClusterAdmin cluster;
  private final ApiFaultPlan weather;
  private final Map<Kind, DisturbanceLog.Event> open = new ConcurrentHashMap<>();

  Director(Stage stage, Evidence evidence, List<ChaosGuarantee> guarantees) {
    this.stage = stage;
    this.evidence = evidence;
    this.guarantees = guarantees;
    this.cluster = new ClusterAdmin(stage.admin());
    this.weather = new ApiFaultPlan(stage.stack().api());
    weather.well();
  }

  void perform(Disturbance step) throws Exception {
    long before = evidence.calls();
    act(step);
    if (step.moreCalls() > 0) {
      try {
        await()
            .atMost(LONGEST_PROGRESS)
            .pollInterval(Duration.ofMillis(50))
            .until(() -> evidence.calls() >= before + step.moreCalls());
      } catch (ConditionTimeoutException slow) {
        // Open transactions of killed workers delay their successors for a while; whether all is
        // answered
        // is checked at the end.
      }
    }
    if (step.gapMs() > 0) {
      pass(Duration.ofMillis(step.gapMs()));
    }
  }

  private static void pass(Duration time) {
    await().pollDelay(time).atMost(time.plusSeconds(30)).until(() -> true);
  }

  /** Ends all disturbances and starts the workers that should run. */
  void heal() throws Exception {
    thaw();
    apiWell();
    stage.broker().nodes().stream().filter(BrokerNode::alive).forEach(Signals::thaw);
    stage.broker().restart();
    if (open.containsKey(Kind.REFUSE_PRODUCE)) {
      takeProduce();
    }
  }

  /** Waits until all requests sent so far are answered. */
  void calm() {
    Set<String> before = evidence.open();
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .failFast("a worker is gone", () -> stage.meantToRun().isEmpty())
        .until(
            () -> {
              before.removeAll(evidence.answers().keySet());
              return before.isEmpty();
            });
  }

  /** Whether no disturbance of the brokers is active. Any thread. */
  boolean brokersAreWell() {
    return open.keySet().stream().noneMatch(Kind::troublesBroker);
  }

  private void act(Disturbance step) throws Exception {
    switch (step.kind()) {
      case KILL_WORKER -> killWorker(step);
      case STOP_WORKER -> stopWorker(unfrozen(step.target()), step);
      case FREEZE_WORKER -> freeze(step);
      case THAW_WORKER -> thaw();
      case JOIN -> join();
      case LEAVE -> leave();
      case ROLL -> roll();
      case KILL_BROKER, RESTART_BROKER, FREEZE_BROKER, THAW_BROKER, MOVE_LEADERS -> broker(step);
      case REFUSE_PRODUCE -> {
        begin(step);
        cluster.refuseProduce(
            stage.results(),
            ClusterAdmin.Refusal.values()[step.target() % ClusterAdmin.Refusal.values().length]);
      }
      case TAKE_PRODUCE -> takeProduce();
      case API_WELL -> apiWell();
      case EXPIRE_SESSIONS -> {
        DisturbanceLog.Event event = evidence.journal.begin(Kind.EXPIRE_SESSIONS, 0);
        stage.stack().api().expireTokens(null);
        event.ended();
      }
      case OUTAGE, LATENCY_SPIKE, LOSE_ANSWERS, THROTTLE, ERRORS -> {
        begin(step);
        weather.turn(step);
      }
    }
  }

  private void killWorker(Disturbance step) {
    DisturbanceLog.Event event = evidence.journal.begin(Kind.KILL_WORKER, step.target());
    Stage.Slot slot = stage.slot(step.target());
    stage.kill(slot);
    stage.restart(slot);
    event.ended();
  }

  private void stopWorker(Stage.Slot slot, Disturbance step) {
    DisturbanceLog.Event event = evidence.journal.begin(step.kind(), step.target());
    stopped(slot, event);
    stage.restart(slot);
    event.ended();
  }

  private void stopped(Stage.Slot slot, DisturbanceLog.Event event) {
    // Before the worker has its handler, SIGTERM ends the JVM with 143.
    await().atMost(PATIENCE).until(() -> !stage.get(slot, "/livez").isEmpty());
    Faults before = weather.slow();
    pass(UNTIL_ALL_ARE_SLOW);
    int exitCode = stage.stop(slot);
    weather.again(before);
    guarantees.forEach(one -> one.onStopped(slot.toString(), exitCode, event));
  }

  private void freeze(Disturbance step) {
    Stage.Slot slot = stage.slot(step.target());
    begin(step);
    slot.frozen = true;
    Signals.freeze(slot.process);
  }

  private void thaw() {
    // First, because the worker may call before this thread continues after the signal.
    end(Kind.FREEZE_WORKER);
    for (Stage.Slot slot : stage.meantToRun()) {
      if (slot.frozen) {
        Signals.thaw(slot.process);
        slot.frozen = false;
      }
    }
  }

  private Stage.Slot unfrozen(int target) {
    List<Stage.Slot> running = stage.running();
    return running.get(target % running.size());
  }

  private void join() {
    if (stage.meantToRun().size() < ChaosSchedule.MOST_WORKERS) {
      DisturbanceLog.Event event = evidence.journal.begin(Kind.JOIN, 0);
      Stage.Slot fresh = stage.startWorker();
      awaitReady(fresh);
      event.ended();
    }
  }

  private void leave() {
    if (stage.running().size() > 1) {
      DisturbanceLog.Event event = evidence.journal.begin(Kind.LEAVE, 0);
      stopped(stage.running().getLast(), event);
      event.ended();
    }
  }

  /** A rolling restart without other disturbances. */
  private void roll() {
    calm();
    DisturbanceLog.Event event = evidence.journal.begin(Kind.ROLL, 0);
    for (Stage.Slot slot : stage.running()) {
      stopped(slot, event);
      stage.restart(slot);
      awaitReady(slot);
    }
    calm();
    event.ended();
  }

  void awaitReady(Stage.Slot slot) {
    await().atMost(PATIENCE).pollInterval(Duration.ofMillis(100)).until(() -> stage.ready(slot));
  }

  private void broker(Disturbance step) throws Exception {
    var node = stage.broker().nodes().get(step.target() % stage.broker().nodes().size());
    switch (step.kind()) {
      case KILL_BROKER -> {
        begin(step);
        node.kill();
      }
      case RESTART_BROKER -> {
        node.restart();
        cluster.awaitInSync();
        end(Kind.KILL_BROKER);
      }
      case FREEZE_BROKER -> {
        begin(step);
        Signals.freeze(node);
      }
      case THAW_BROKER -> {
        Signals.thaw(node);
        cluster.awaitInSync();
        end(Kind.FREEZE_BROKER);
      }
      default -> {
        begin(step);
        cluster.moveLeaders(step.target());
        end(step.kind());
      }
    }
  }

  /**
   * Until all requests sent meanwhile are answered: a worker may have got a fatal refusal before,
   * and end later.
   */
  private void takeProduce() throws Exception {
    cluster.takeProduce(stage.results());
    Set<String> before = evidence.open();
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              startTheDead();
              before.removeAll(evidence.answers().keySet());
              return before.isEmpty();
            });
    end(Kind.REFUSE_PRODUCE);
  }

  /** Starts again the workers that have ended because they were not allowed to write. */
  private void startTheDead() {
    for (Stage.Slot slot : stage.meantToRun()) {
      if (!slot.process.alive()) {
        stage.kill(slot);
        stage.restart(slot);
      }
    }
  }

  private void apiWell() {
    weather.well();
    ApiFaultPlan.KINDS.forEach(this::end);
  }

  private void begin(Disturbance step) {
    open.put(step.kind(), evidence.journal.begin(step.kind(), step.target()));
  }

  private void end(Kind kind) {
    DisturbanceLog.Event event = open.remove(kind);
    if (event != null) {
      event.ended();
    }
  }
}
