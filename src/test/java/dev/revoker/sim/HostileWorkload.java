package dev.revoker.sim;

import dev.revoker.config.Config;
import dev.revoker.hostile.HostileRecord;
import dev.revoker.hostile.HostileRecordGenerator;
import dev.revoker.model.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** An attacker with the right to write to the request topics. */
final class HostileWorkload {
  /** The workers have joined the group before. */
  private static final long ATTACK_MS = 20_000;

  private static final int URGENT_REQUESTS = 10;
  private static final String ACCOUNT = "acme";

  private final Simulation sim;
  private final World world;
  private final Scenario scenario;
  private final HostileRecordGenerator records;

  HostileWorkload(Simulation sim, Workload workload, long seed) {
    this.sim = sim;
    this.world = sim.world;
    this.scenario = sim.scenario;
    this.records =
        new HostileRecordGenerator(
            new SplittableRandom(seed * 41 + 5),
            ACCOUNT,
            () -> sim.upstream.newKey(world.chance(0.5) ? ACCOUNT : null),
            this::victim);
    if (scenario.attack()) {
      world.at(ATTACK_MS * World.MS, "attack", this::attack);
      for (int i = 0; i < URGENT_REQUESTS; i++) {
        world.at(
            world.nanosBetween(ATTACK_MS, ATTACK_MS + 5_000), "urgent request", workload::urgent);
      }
    } else {
      for (int i = 0; i < scenario.hostileRecords; i++) {
        world.at(world.nanosBetween(0, scenario.durationMs), "hostile record", this::one);
      }
    }
  }

  /** Records that are slow to read for all lanes but the most urgent, and others for any lane. */
  private void attack() {
    List<Config.Lane> lanes = scenario.config.lanes();
    for (int i = 0; i < scenario.hostileRecords; i++) {
      Config.Lane lane = lanes.get(world.between(1, lanes.size() - 1));
      write(lane, records.of(HostileRecord.Kind.SLOW_REDACTION));
    }
    for (int i = 0; i < 20; i++) {
      one();
    }
  }

  private void one() {
    HostileRecord record = records.next();
    List<Config.Lane> lanes = scenario.config.lanes();
    boolean slow = record.kind() == HostileRecord.Kind.SLOW_REDACTION;
    write(slow ? lanes.getLast() : world.pick(lanes), record);
  }

  private void write(Config.Lane lane, HostileRecord record) {
    TopicPartition partition =
        new TopicPartition(lane.topic(), world.between(0, scenario.partitionsPerTopic - 1));
    SimBrokers.Stored stored = sim.cluster.append(partition, record);
    String key = record.valid() ? record.key() : null;
    RequestLedger.Made made =
        new RequestLedger.Made(
            new Source(partition.topic(), partition.partition(), stored.offset()),
            lane.name(),
            world.nanos(),
            key == null ? "" : key,
            key == null ? null : sim.upstream.key(key),
            ACCOUNT,
            null,
            key == null,
            record,
            new ArrayList<>(),
            new ArrayList<>());
    sim.ledger.made(made);
    sim.guarantees.forEach(guarantee -> guarantee.onProduce(made));
  }

  private @Nullable String victim() {
    List<RequestLedger.Made> all = sim.ledger.all();
    return all.isEmpty() ? null : world.pick(all).source().toString();
  }
}
