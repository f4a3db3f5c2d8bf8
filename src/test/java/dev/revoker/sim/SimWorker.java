package dev.revoker.sim;

import dev.revoker.api.ApiAnswer;
import dev.revoker.api.ApiCall;
import dev.revoker.config.Config;
import dev.revoker.engine.RequestLoop;
import dev.revoker.engine.TransactionalPublisher;
import dev.revoker.message.Fingerprints;
import dev.revoker.message.RequestReader;
import dev.revoker.message.ResultWriter;
import dev.revoker.model.Credentials;
import dev.revoker.model.Request;
import dev.revoker.model.Result;
import dev.revoker.model.Result.RevokedBy;
import dev.revoker.model.Source;
import dev.revoker.ops.GuardedRegistry;
import dev.revoker.ops.Meters;
import dev.revoker.ops.ObserverGuard;
import dev.revoker.ops.ObserverGuard.Observer;
import dev.revoker.resilience.Dispatcher;
import dev.revoker.resilience.DispatcherPeek;
import dev.revoker.resilience.RequestProcessor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** The real parts of a worker, wired as in {@code Worker}, in a simulated process. */
final class SimWorker {
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  final String name;
  final SimProcess process;
  final List<RequestLedger.Admission> admissions = new ArrayList<>();
  boolean stopAsked;
  boolean complete;
  @Nullable Throwable failure;

  private final Simulation sim;
  private final ObserverGuard guard;
  private final GuardedRegistry registry;
  private final Meters meters;
  private final Map<Source, RequestLedger.Admission> latest = new HashMap<>();
  private boolean loopEnded;
  private @Nullable RequestLoop loop;
  private @Nullable Dispatcher policy;
  private @Nullable DispatcherPeek peek;

  SimWorker(String name, Simulation sim) {
    this.name = name;
    this.sim = sim;
    this.process = new SimProcess(name, sim.world, this::main);
    this.guard = new ObserverGuard(process.time);
    this.registry = new GuardedRegistry(guard);
    this.meters =
        new Meters(
            registry,
            sim.scenario.config.lanes().stream().map(Config.Lane::name).toList(),
            sim.scenario.config.accounts().keySet());
    process.start();
  }

  /** Null before the start. */
  @Nullable DispatcherPeek peek() {
    return peek;
  }

  /** The result of a scrape. */
  String metrics() {
    return registry.scrape();
  }

  /** SIGTERM. */
  void stop() {
    if (process.state() != SimProcess.State.RUNNING || stopAsked) {
      return;
    }
    sim.world.trace(name + " is asked to STOP");
    stopAsked = true;
    sim.guarantees.forEach(guarantee -> guarantee.onStop(this));
    if (loop != null) {
      loop.stop();
    }
  }

  private void main() {
    try {
      run();
    } catch (RuntimeException died) {
      failure = died;
    }
    sim.world.trace(name + " EXITS complete=" + complete + " failure=" + failure);
    sim.exited(this);
  }

  private void run() {
    Config config = sim.scenario.config;
    SimConsumer simulated =
        new SimConsumer(process, sim.cluster, sim.scenario, new ConsumerWatch());
    @SuppressWarnings("unchecked")
    org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> kafkaConsumer =
        Partial.of(org.apache.kafka.clients.consumer.Consumer.class, simulated);
    TransactionalPublisher publisher =
        new TransactionalPublisher(
            this::newProducer, new ResultWriter(name, "revoker"), config.resultsTopic());
    Dispatcher dispatcher =
        new Dispatcher(
            config,
            this::call,
            sim.scenario.memory ? this::remember : Dispatcher.Memory.NONE,
            new PolicyListener(),
            process.time,
            sim.world.random::nextDouble);
    policy = dispatcher;
    peek = new DispatcherPeek(dispatcher);
    RequestLoop running =
        new RequestLoop(
            config,
            kafkaConsumer,
            publisher,
            SimBrokers::topicIds,
            new RequestReader(
                config.accounts().keySet(),
                config.defaultAccount(),
                new Fingerprints(config.fingerprintSecret()),
                SimKeys.DECRYPTION),
            new PolicyWork(dispatcher),
            simulated::heartbeatAgeMs,
            this::committed,
            process.wakeupSignal,
            process.time);
    loop = running;
    if (stopAsked) {
      running.stop();
    }
    try {
      complete = running.run();
      loopEnded = true;
    } finally {
      if (process.alive()) {
        simulated.close(CloseOptions.timeout(CLOSE_TIMEOUT));
        running.closeProducer(CLOSE_TIMEOUT);
      }
    }
  }

  /** The time since the last turn of its loop. */
  long sinceLastTurnMs() {
    return loop == null || !process.alive() ? 0 : Math.max(0, loop.sinceLastTurnMs());
  }

  /** As in {@code Worker}: exceptions of meters must not reach the loop. */
  private void committed(List<Result> results, long tookNanos) {
    guard.run(Observer.RESULTS, () -> meters.committed(tookNanos));
    for (Result result : results) {
      guard.run(Observer.RESULTS, () -> meters.answered(result, process.time.now()));
    }
    reported(results);
  }

  private void reported(List<Result> results) {
    for (Result result : results) {
      RequestLedger.Admission admission = latest.get(result.request().source());
      if (admission != null) {
        admission.reported = true;
      }
    }
    sim.guarantees.forEach(guarantee -> guarantee.onTold(this, results));
  }

  private Producer<byte[], byte[]> newProducer() {
    @SuppressWarnings("unchecked")
    Producer<byte[], byte[]> producer =
        Partial.of(
            Producer.class, new SimProducer(process, sim.cluster, sim.scenario, "revoker-" + name));
    return producer;
  }

  // ---- the API's methods that the dispatcher uses

  private void call(ApiCall call, Consumer<ApiAnswer> onAnswer) {
    RequestLedger.Call noted = note(call);
    sim.world.trace(
        name + " calls " + (noted.admission == null ? noted.account : noted.admission.made));
    sim.guarantees.forEach(guarantee -> guarantee.onCall(this, noted));
    sim.upstream.call(
        noted,
        answer -> {
          noted.answer = answer;
          noted.endedNanos = sim.world.nanos();
          sim.guarantees.forEach(guarantee -> guarantee.onAnswer(this, noted));
          onAnswer.accept(answer);
          noted.apiUpAfter = policy != null && policy.apiUp();
        });
  }

  private RequestLedger.Call note(ApiCall call) {
    long now = sim.world.nanos();
    if (call instanceof ApiCall.RemoveApiKey remove) {
      RequestLedger.Made made = sim.ledger.of(remove.apiSecurekey().reveal());
      if (made == null) {
        throw new IllegalStateException("a key that nobody asked to remove");
      }
      RequestLedger.Admission admission = latest.get(made.source());
      RequestLedger.Call noted = new RequestLedger.Call(process, call, now, admission, null);
      admission.calls.add(noted);
      return noted;
    }
    if (!(call instanceof ApiCall.Login login)) {
      return new RequestLedger.Call(process, call, now, null, null);
    }
    for (Map.Entry<String, Credentials> account : sim.scenario.config.accounts().entrySet()) {
      if (account.getValue().equals(login.credentials())) {
        return new RequestLedger.Call(process, call, now, null, account.getKey());
      }
    }
    RequestLedger.Made made = sim.ledger.of(login.credentials().secret().reveal());
    if (made == null) {
      throw new IllegalStateException("a login with a key that nobody asked to remove");
    }
    RequestLedger.Admission admission = latest.get(made.source());
    RequestLedger.Call noted = new RequestLedger.Call(process, call, now, admission, null);
    noted.checksAfter = !admission.calls.isEmpty();
    admission.checks.add(noted);
    return noted;
  }

  // ---- what the dispatcher asks of the results topic

  /** As the worker's memory: what is not known is looked for once more after 3 s. */
  private void remember(String fingerprint, Consumer<@Nullable RevokedBy> answer) {
    process.post(
        world().nanosBetween(1, 50),
        name + " looks",
        () -> {
          RevokedBy earlier = sim.revoked(fingerprint);
          if (earlier != null) {
            answer.accept(earlier);
          } else {
            process.post(
                3 * World.SECOND,
                name + " looks again",
                () -> answer.accept(sim.revoked(fingerprint)));
          }
        });
  }

  private World world() {
    return sim.world;
  }

  private final class PolicyWork implements RequestProcessor {
    private final Dispatcher policy;
    private final Map<RequestProcessor.Caller, Watched> watched = new IdentityHashMap<>();

    PolicyWork(Dispatcher policy) {
      this.policy = policy;
    }

    @Override
    public int intakeRoom() {
      return policy.intakeRoom();
    }

    @Override
    public void admit(Request.Valid request, RequestProcessor.Caller caller) {
      RequestLedger.Made made = sim.ledger.of(request.source());
      if (made == null) {
        throw new IllegalStateException("nobody made " + request.source());
      }
      RequestLedger.Admission admission = new RequestLedger.Admission(process, made);
      made.admissions().add(admission);
      admissions.add(admission);
      latest.put(made.source(), admission);
      sim.guarantees.forEach(guarantee -> guarantee.onAdmit(SimWorker.this, admission));
      watched.put(caller, new Watched(admission, caller));
      policy.admit(request, watched.get(caller));
    }

    @Override
    public void rateShare(double ofGroup, long forMs) {
      policy.rateShare(ofGroup, forMs);
    }

    @Override
    public void withdraw(Collection<? extends RequestProcessor.Caller> callers) {
      policy.withdraw(
          callers.stream()
              .filter(watched::containsKey)
              .<RequestProcessor.Caller>map(watched::get)
              .toList());
    }
  }

  private final class ConsumerWatch implements SimConsumer.Observer {
    @Override
    public void polled(TopicPartition partition, int records) {
      sim.guarantees.forEach(g -> g.onPoll(SimWorker.this, partition.topic(), records));
    }

    @Override
    public void gone(Set<TopicPartition> partitions) {
      if (loopEnded) {
        return;
      }
      for (RequestLedger.Admission admission : admissions) {
        Source source = admission.made.source();
        if (!admission.gone
            && !admission.reported
            && partitions.contains(new TopicPartition(source.topic(), source.partition()))) {
          admission.gone = true;
          sim.guarantees.forEach(guarantee -> guarantee.onGone(SimWorker.this, admission));
        }
      }
    }
  }

  private final class Watched implements RequestProcessor.Caller {
    private final RequestLedger.Admission admission;
    private final RequestProcessor.Caller caller;

    Watched(RequestLedger.Admission admission, RequestProcessor.Caller caller) {
      this.admission = admission;
      this.caller = caller;
    }

    @Override
    public void answered(Result result) {
      reported();
      admission.answered = result;
      sim.world.trace(name + " answers " + admission.made + " " + result.outcome());
      sim.guarantees.forEach(guarantee -> guarantee.onOutcome(SimWorker.this, admission));
      caller.answered(result);
    }

    @Override
    public void withdrawn() {
      reported();
      admission.withdrawn = true;
      sim.world.trace(name + " withdraws " + admission.made);
      sim.guarantees.forEach(guarantee -> guarantee.onOutcome(SimWorker.this, admission));
      caller.withdrawn();
    }

    private void reported() {
      if (admission.ended()) {
        sim.world.violated("RequestProcessor.Caller", "reported twice: " + admission.made);
      }
    }
  }

  private final class PolicyListener implements Dispatcher.Listener {
    @Override
    public void apiCalled(String result, long nanos) {
      meters.apiCalled(result, nanos);
    }

    @Override
    public void loggedIn(String account, String result) {
      meters.loggedIn(account, result);
    }

    @Override
    public void protectedKeyRequested(String lane) {}

    @Override
    public void intakeChanged() {
      if (loop != null) {
        loop.signal();
      }
    }

    @Override
    public void broken(Throwable bug) {
      sim.world.violated("Dispatcher.Listener", "broken: " + Simulation.describe(bug));
    }
  }
}
