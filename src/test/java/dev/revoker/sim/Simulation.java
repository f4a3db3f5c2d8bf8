package dev.revoker.sim;

import dev.revoker.config.Config;
import dev.revoker.contract.Published;
import dev.revoker.model.Result.RevokedBy;
import dev.revoker.model.Source;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** One run: a cluster, an API, some workers and their disturbances, all from one seed. */
final class Simulation {
  private static final long RECOVERY_NANOS = 40 * 60 * World.SECOND;
  private static final int LONGEST_AWAY_MS = 30_000;
  private static final long MAX_STEPS = 6_000_000;
  private static final long MAX_STEPS_OF_A_DAY = 60_000_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * The result of a run.
   *
   * @param violation the first broken guarantee, or null
   * @param recoverySeconds from the end of the faults to the last answer
   * @param hash of all steps: the same for the same run
   */
  record Outcome(
      long seed,
      @Nullable String violation,
      long steps,
      long recoverySeconds,
      long hash,
      Map<String, Long> asked,
      Map<String, Long> met,
      List<String> log) {}

  final World world;
  final Scenario scenario;
  final SimBrokers cluster;
  final Upstream upstream;
  final RequestLedger ledger = new RequestLedger();
  final List<SimGuarantee> guarantees;
  final List<SimWorker> workers = new ArrayList<>();
  private final Map<String, Long> met = new TreeMap<>();
  private final Map<String, RevokedBy> revoked = new HashMap<>();
  private final long seed;
  private final Workload workload;
  private int started;
  private long recoveryNanos;

  Simulation(long seed, boolean logging) {
    this(seed, new Scenario(seed), logging);
  }

  Simulation(long seed, Scenario scenario, boolean logging) {
    this.seed = seed;
    this.scenario = scenario;
    world = new World(seed, logging);
    world.trace(scenario.toString());
    cluster =
        new SimBrokers(
            world,
            scenario,
            new SimBrokers.Observer() {
              @Override
              public void committed(SimBrokers.Commit commit) {
                Simulation.this.committed(commit);
              }
            });
    upstream = new Upstream(world, scenario);
    guarantees = SimGuarantee.all(this);
    workload = new Workload(this);
    if (scenario.hostileRecords > 0) {
      new HostileWorkload(this, workload, seed);
    }
    for (int i = 0; i < scenario.workers; i++) {
      world.at(world.nanosBetween(0, 3_000), "start", this::startWorker);
    }
    for (Scenario.Action action : scenario.actions) {
      world.at(action.atMs() * World.MS, action.kind().name(), () -> act(action.kind()));
    }
  }

  Outcome run(LogWatch logs) {
    logs.line = this::logged;
    try {
      runUntil(() -> world.nanos() > scenario.durationMs * World.MS && workload.over());
      recover();
      long until = world.nanos() + RECOVERY_NANOS;
      runUntil(() -> allAnswered() || world.nanos() > until);
      recoveryNanos = world.nanos() + RECOVERY_NANOS - until;
      long quiet = world.nanos() + 15 * World.SECOND;
      runUntil(() -> world.nanos() > quiet);
      workers.forEach(SimWorker::stop);
      long stopped = world.nanos() + 60 * World.SECOND;
      runUntil(() -> workers.stream().noneMatch(w -> w.process.alive()) || world.nanos() > stopped);
      if (world.violation() == null) {
        guarantees.forEach(SimGuarantee::atEnd);
      }
    } finally {
      workers.forEach(worker -> worker.process.dispose());
      logs.line = text -> {};
    }
    met.put("HOSTILE_RECORDS", ledger.all().stream().filter(m -> m.hostile() != null).count());
    met.put("REQUESTS", (long) ledger.size());
    met.put("WRONG_ACCOUNT_AFTER_UNCERTAIN_ATTEMPT", upstream.foreignAfterUncertain());
    Map<String, Long> asked = new TreeMap<>();
    guarantees.forEach(guarantee -> asked.put(guarantee.name(), guarantee.asked()));
    return new Outcome(
        seed,
        world.violation(),
        world.steps(),
        recoveryNanos / World.SECOND,
        world.hash(),
        asked,
        met,
        world.log());
  }

  /** The first committed result that says this key was revoked. */
  @Nullable RevokedBy revoked(String fingerprint) {
    return revoked.get(fingerprint);
  }

  void exited(SimWorker worker) {
    guarantees.forEach(guarantee -> guarantee.onExit(worker));
  }

  static String describe(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  private void runUntil(java.util.function.BooleanSupplier over) {
    while (!over.getAsBoolean() && world.violation() == null) {
      if (!world.step()) {
        throw new IllegalStateException("nothing will ever happen again");
      }
      for (SimWorker worker : workers) {
        worker.process.check();
        if (worker.process.failure() != null) {
          throw new IllegalStateException("the simulation is broken", worker.process.failure());
        }
      }
      for (SimGuarantee guarantee : guarantees) {
        guarantee.onStep(workers);
      }
      long most = scenario.lasting ? MAX_STEPS_OF_A_DAY : MAX_STEPS;
      if (world.steps() > most) {
        world.violated("Progress", "after " + most + " steps it is not over");
      }
    }
  }

  private void startWorker() {
    workers.add(new SimWorker("w" + ++started, this));
  }

  private void recover() {
    world.trace("THE FAULTS ARE OVER");
    scenario.faultsOver();
    cluster.up(true);
    upstream.calm();
    for (SimWorker worker : workers) {
      worker.process.linkUp = true;
      worker.process.thaw();
    }
    if (workers.stream().noneMatch(w -> w.process.alive() && !w.stopAsked)) {
      startWorker();
    }
  }

  private boolean allAnswered() {
    return cluster.visible().size() >= ledger.size();
  }

  private void act(Scenario.Kind kind) {
    met.merge(kind.name(), 1L, Long::sum);
    List<SimWorker> living = workers.stream().filter(w -> w.process.alive()).toList();
    long forNanos = world.nanosBetween(50, LONGEST_AWAY_MS);
    switch (kind) {
      case START -> startWorker();
      case BROKERS_AWAY -> {
        cluster.up(false);
        world.at(forNanos, "brokers return", () -> cluster.up(true));
      }
      case API_OUTAGE -> {
        upstream.outage(true);
        world.at(forNanos, "api returns", () -> upstream.outage(false));
      }
      case API_SLOW -> {
        upstream.slow(true);
        world.at(forNanos, "api is quick", () -> upstream.slow(false));
      }
      case EXPIRE_SESSIONS -> upstream.expireSessions();
      case REFUSE_LOGINS -> upstream.refuseLogins(world.nanos() + forNanos);
      default -> {
        if (!living.isEmpty()) {
          act(kind, world.pick(living), forNanos);
        }
      }
    }
  }

  private void act(Scenario.Kind kind, SimWorker worker, long forNanos) {
    switch (kind) {
      case STOP -> {
        worker.stop();
        world.at(forNanos, "start", this::startWorker);
      }
      case STOP_IN_REBALANCE -> stopInRebalance(worker, 1000);
      case CRASH -> {
        worker.process.crash();
        if (world.chance(0.7)) {
          world.at(forNanos, "start", this::startWorker);
        }
      }
      case FREEZE -> {
        worker.process.freeze();
        world.at(forNanos, "thaw", worker.process::thaw);
      }
      case UNLINK -> {
        world.trace(worker.name + " UNLINKED");
        worker.process.linkUp = false;
        world.at(forNanos, "link", () -> worker.process.linkUp = true);
      }
      case CLOCK_JUMP -> worker.process.jump(world.nanosBetween(-60_000, 60_000));
      default -> throw new IllegalArgumentException(kind.name());
    }
  }

  /** Waits for a rebalance to begin, so that the drain happens in it. */
  private void stopInRebalance(SimWorker worker, int moreTimes) {
    if (moreTimes == 0 || cluster.group.rebalancing()) {
      world.at(
          world.nanosBetween(0, 30),
          "stop in rebalance",
          () -> act(Scenario.Kind.STOP, worker, 20 * World.SECOND));
    } else {
      world.at(World.MS, "no rebalance yet", () -> stopInRebalance(worker, moreTimes - 1));
    }
  }

  private static Source sourceOf(JsonNode result) {
    JsonNode source = result.get("source");
    return new Source(
        source.get("topic").asString(),
        source.get("partition").asInt(),
        source.get("offset").asLong());
  }

  private void committed(SimBrokers.Commit commit) {
    List<SimGuarantee.Committed> results = new ArrayList<>();
    for (ProducerRecord<byte[], byte[]> record : commit.results()) {
      JsonNode result = JSON.readTree(record.value());
      if (!Published.faultsOfResult(result).isEmpty()) {
        world.violated("PublishedSchema", Published.faultsOfResult(result) + " in " + result);
      }
      RequestLedger.Made made = ledger.of(sourceOf(result));
      if (made == null) {
        world.violated("OneCommittedResult", "a result for no request: " + result);
        continue;
      }
      String id = new String(record.headers().lastHeader("ce_id").value(), StandardCharsets.UTF_8);
      if (!id.equals(made.source().toString())) {
        world.violated("OneCommittedResult", "ce_id " + id + " for " + made);
      }
      made.results().add(result);
      count(made, result);
      if (result.get("outcome").asString().equals("revoked")) {
        revoked.putIfAbsent(
            result.get("key_fingerprint").asString(),
            new RevokedBy(
                result.get("request_id").asString(),
                Instant.parse(result.get("completed_at").asString())));
      }
      results.add(new SimGuarantee.Committed(made, result));
    }
    guarantees.forEach(guarantee -> guarantee.onCommit(commit, results));
  }

  /** How often verification, memory and the search for an account had something to say. */
  private void count(RequestLedger.Made made, JsonNode result) {
    if (result.path("revoked_by").isObject()) {
      met.merge("ALREADY_REVOKED", 1L, Long::sum);
    }
    if (result.get("key_state").asString().equals("active")) {
      met.merge("STILL_LOGS_IN", 1L, Long::sum);
    }
    if (result.path("verification").isObject()
        && result.path("verification").path("before").asString("").equals("accepted")
        && result.get("status").asString().equals("success")
        && result.get("attempts").asInt() > 1) {
      met.merge("REMOVED_AFTER_A_LOGIN", 1L, Long::sum);
    }
    if (Config.ANY_ACCOUNT.equals(made.account()) && !result.get("account").isNull()) {
      met.merge("ACCOUNT_FOUND", 1L, Long::sum);
    }
  }

  private void logged(String line) {
    world.note(line);
    if (NoSecretOutside.holdsSecret(line)) {
      world.violated("NoSecretOutside", "a line of the log: " + line);
    }
  }
}
