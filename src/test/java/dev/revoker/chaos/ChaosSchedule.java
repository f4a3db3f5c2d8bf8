package dev.revoker.chaos;

import dev.revoker.chaos.Disturbance.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * The disturbances that a seed determines.
 *
 * @param brokers 1, or 3 with replication
 * @param protocol of the group: classic or consumer
 * @param workers at the start
 */
record ChaosSchedule(
    long seed, int brokers, String protocol, int workers, List<Disturbance> steps) {
  /** The largest number of workers. */
  static final int MOST_WORKERS = 4;

  ChaosSchedule {
    steps = List.copyOf(steps);
  }

  /**
   * A schedule with this number of kills of workers and brokers, and other disturbances between
   * them.
   */
  static ChaosSchedule of(long seed, int brokers, String protocol, int kills) {
    Dealer dealer = new Dealer(new Random(seed), brokers);
    int workers = 2 + dealer.random.nextInt(2);
    dealer.deal(kills, workers);
    return new ChaosSchedule(seed, brokers, protocol, workers, dealer.steps);
  }

  /** The options that replay the run. */
  String replay(int kills) {
    return "-Dchaos.seed=%d -Dchaos.brokers=%d -Dchaos.protocol=%s -Dchaos.kills=%d"
        .formatted(seed, brokers, protocol, kills);
  }

  long kills() {
    return steps.stream().filter(step -> step.kind().kills()).count();
  }

  @Override
  public String toString() {
    return "seed %d, %d broker(s), %s, %d workers at first%n  "
            .formatted(seed, brokers, protocol, workers)
        + steps.stream().map(Disturbance::toString).collect(Collectors.joining("\n  "));
  }

  /**
   * Takes the acts from a list that is shuffled each time it is used up, so that each kind happens.
   * Brokers are killed only in a cluster of three: guarantees 1 and 2 assume replicated topics.
   */
  private static final class Dealer {
    private static final List<String> DECK =
        List.of(
            "kill",
            "kill",
            "kill",
            "kill",
            "kill",
            "stop",
            "freeze",
            "zombie",
            "join",
            "roll",
            "broker",
            "brokerFreeze",
            "leaders",
            "api",
            "api",
            "api",
            "expire",
            "refuse");

    final List<Disturbance> steps = new ArrayList<>();
    final Random random;
    private final int brokers;
    private int workers;

    Dealer(Random random, int brokers) {
      this.random = random;
      this.brokers = brokers;
    }

    void deal(int kills, int atFirst) {
      workers = atFirst;
      List<String> deck = new ArrayList<>();
      while (steps.stream().filter(step -> step.kind().kills()).count() < kills) {
        if (deck.isEmpty()) {
          deck.addAll(DECK);
          Collections.shuffle(deck, random);
        }
        act(deck.removeLast());
      }
    }

    private void act(String name) {
      switch (name) {
        case "kill" -> kill();
        case "stop" -> add(Kind.STOP_WORKER, worker());
        case "freeze" -> frozen(200 + random.nextInt(1500));
        // Longer than a session of either protocol and than the transaction timeout.
        case "zombie" -> frozen(7_500 + random.nextInt(3_500));
        case "join" -> joinOrLeave();
        case "roll" -> add(Kind.ROLL, 0);
        case "broker" -> broker();
        case "brokerFreeze" -> brokerFrozen();
        case "leaders" -> moved();
        case "api" -> api();
        case "expire" -> add(Kind.EXPIRE_SESSIONS, 0);
        default -> refused();
      }
    }

    private void kill() {
      add(Kind.KILL_WORKER, worker());
    }

    private void frozen(long forMs) {
      int which = worker();
      steps.add(new Disturbance(Kind.FREEZE_WORKER, which, 0, forMs));
      if (random.nextInt(3) == 0) {
        steps.add(
            new Disturbance(Kind.KILL_WORKER, (which + 1) % workers, 0, random.nextInt(1000)));
      }
      add(Kind.THAW_WORKER, which);
    }

    private void joinOrLeave() {
      boolean joins = workers == 2 || (workers < MOST_WORKERS && random.nextBoolean());
      add(joins ? Kind.JOIN : Kind.LEAVE, 0);
      workers += joins ? 1 : -1;
    }

    private void broker() {
      if (brokers == 1) {
        return;
      }
      int node = random.nextInt(brokers);
      steps.add(new Disturbance(Kind.KILL_BROKER, node, 0, random.nextInt(4000)));
      if (random.nextBoolean()) {
        steps.add(new Disturbance(Kind.KILL_WORKER, worker(), 0, random.nextInt(2000)));
      }
      add(Kind.RESTART_BROKER, node);
    }

    private void brokerFrozen() {
      if (brokers > 1) {
        int node = random.nextInt(brokers);
        steps.add(new Disturbance(Kind.FREEZE_BROKER, node, 0, 1000 + random.nextInt(4000)));
        add(Kind.THAW_BROKER, node);
      }
    }

    private void moved() {
      if (brokers > 1) {
        add(Kind.MOVE_LEADERS, 1 + random.nextInt(2));
      }
    }

    private void api() {
      Kind kind =
          List.of(Kind.OUTAGE, Kind.LATENCY_SPIKE, Kind.LOSE_ANSWERS, Kind.THROTTLE, Kind.ERRORS)
              .get(random.nextInt(5));
      steps.add(new Disturbance(kind, random.nextInt(4), 0, 500 + random.nextInt(2500)));
      for (int more = random.nextInt(3); more > 0; more--) {
        Kind meanwhile = random.nextInt(4) == 0 ? Kind.STOP_WORKER : Kind.KILL_WORKER;
        steps.add(new Disturbance(meanwhile, worker(), 0, random.nextInt(1500)));
      }
      add(Kind.API_WELL, 0);
    }

    /** With three brokers also by too few in-sync replicas, for which workers must wait. */
    private void refused() {
      int how = brokers == 1 ? 0 : random.nextInt(2);
      int node = random.nextInt(brokers);
      steps.add(
          new Disturbance(Kind.REFUSE_PRODUCE, how, 0, how == 0 ? 1000 + random.nextInt(3000) : 0));
      if (how == 1) {
        steps.add(new Disturbance(Kind.KILL_BROKER, node, 0, 1000 + random.nextInt(6000)));
      }
      if (random.nextInt(3) == 0) {
        steps.add(new Disturbance(Kind.KILL_WORKER, worker(), 0, random.nextInt(1000)));
      }
      if (how == 1) {
        steps.add(new Disturbance(Kind.TAKE_PRODUCE, 0, 0, random.nextInt(1000)));
        add(Kind.RESTART_BROKER, node);
      } else {
        add(Kind.TAKE_PRODUCE, 0);
      }
    }

    private int worker() {
      return random.nextInt(workers);
    }

    private void add(Kind kind, int target) {
      steps.add(
          random.nextBoolean()
              ? new Disturbance(kind, target, 50 + random.nextInt(400), 0)
              : new Disturbance(kind, target, 0, random.nextInt(4000)));
    }
  }
}
