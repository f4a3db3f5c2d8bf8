package dev.revoker.sim;

import dev.revoker.config.Config;
import dev.revoker.message.Encryption;
import dev.revoker.model.Secret;
import dev.revoker.model.Source;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/** Creates requests of every kind and appends them to the topics over time. */
final class Workload {
  private final Simulation sim;
  private final World world;
  private final Scenario scenario;
  private final List<String> usedKeys = new ArrayList<>();
  private int left;

  Workload(Simulation sim) {
    this.sim = sim;
    this.world = sim.world;
    this.scenario = sim.scenario;
    this.left = scenario.requests;
    int done = 0;
    while (done < scenario.requests) {
      int together = scenario.bursts ? world.between(1, Math.max(1, scenario.requests / 3)) : 1;
      int count = Math.min(together, scenario.requests - done);
      done += count;
      world.at(
          world.nanosBetween(0, scenario.durationMs), "produce " + count, () -> produce(count));
    }
  }

  boolean over() {
    return left == 0;
  }

  private void produce(int count) {
    for (int i = 0; i < count; i++) {
      one();
    }
    left -= count;
  }

  /** Creates a valid request for the most urgent lane. */
  void urgent() {
    var lane = scenario.config.lanes().getFirst();
    int partition = world.between(0, scenario.partitionsPerTopic - 1);
    valid(new TopicPartition(lane.topic(), partition), lane.name());
  }

  /** Creates one more request. */
  void one() {
    var lanes = scenario.config.lanes();
    int lane = world.chance(scenario.urgent) ? 0 : world.between(0, lanes.size() - 1);
    TopicPartition partition =
        new TopicPartition(
            lanes.get(lane).topic(), world.between(0, scenario.partitionsPerTopic - 1));
    if (world.chance(scenario.malformed)) {
      byte[] value = malformed();
      add(partition, lanes.get(lane).name(), value, "", null, null, null, true);
    } else {
      valid(partition, lanes.get(lane).name());
    }
  }

  private void valid(TopicPartition partition, String lane) {
    String owner = world.pick(Upstream.accounts());
    String key = key(owner);
    RequestLedger.Key known = sim.upstream.key(key);
    String spelling = spell(key);
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("api_securekey", spelling);
    String account =
        known == null || world.chance(0.08) ? world.pick(Upstream.accounts()) : known.account;
    boolean named = !"acme".equals(account) || world.chance(0.5);
    if (named) {
      fields.put("account", account);
    }
    String token = null;
    if (world.chance(scenario.ownTokens)) {
      token = world.chance(0.2) ? sim.upstream.newSecret() : sim.upstream.newSession(account);
      fields.put("api_token", token);
    }
    if (scenario.config.verify() != Config.Verify.OFF && world.chance(0.5)) {
      fields.put("username", (known == null ? account : known.account) + "-user");
    }
    Instant notAfter = null;
    if (world.chance(scenario.notAfter)) {
      notAfter =
          SimProcess.EPOCH.plusNanos(world.nanos()).plusMillis(world.between(-5_000, 90_000));
      fields.put("not_after", notAfter.toString());
    }
    if (world.chance(0.3)) {
      fields.put("reason", "leaked " + spelling.toUpperCase(Locale.ROOT) + " on a page");
    }
    if (world.chance(0.3)) {
      fields.put("request_id", world.chance(0.1) ? spelling : "id-" + world.between(0, 1 << 20));
    }
    Encryption encryption = scenario.encryption();
    if (encryption != null) {
      encrypt(fields, "api_securekey", encryption);
      encrypt(fields, "api_token", encryption);
    }
    if (encryption == SimKeys.UNKNOWN) {
      byte[] value = json(fields).getBytes(StandardCharsets.UTF_8);
      add(partition, lane, value, "", null, null, null, true);
      return;
    }
    boolean accountless = !named && token == null && scenario.config.defaultAccount() == null;
    byte[] value = json(fields).getBytes(StandardCharsets.UTF_8);
    add(
        partition,
        lane,
        value,
        spelling,
        known,
        token != null ? null : !named && scenario.anyAccount() ? Config.ANY_ACCOUNT : account,
        notAfter,
        accountless);
  }

  private static void encrypt(Map<String, String> fields, String name, Encryption encryption) {
    String digits = fields.remove(name);
    if (digits != null) {
      fields.put(name + "_jwe", encryption.encrypt(Secret.of(digits)));
    }
  }

  private void add(
      TopicPartition partition,
      String lane,
      byte @Nullable [] value,
      String spelling,
      RequestLedger.@Nullable Key key,
      @Nullable String account,
      @Nullable Instant notAfter,
      boolean malformed) {
    List<Header> headers = new ArrayList<>();
    if (world.chance(0.2)) {
      byte[] id = ("given-" + world.between(0, 99)).getBytes(StandardCharsets.UTF_8);
      headers.add(new RecordHeader("ce_id", id));
    }
    SimBrokers.Stored stored = sim.cluster.append(partition, value, headers);
    RequestLedger.Made made =
        new RequestLedger.Made(
            new Source(partition.topic(), partition.partition(), stored.offset()),
            lane,
            world.nanos(),
            spelling,
            key,
            account,
            notAfter,
            malformed,
            null,
            new ArrayList<>(),
            new ArrayList<>());
    sim.ledger.made(made);
    sim.guarantees.forEach(guarantee -> guarantee.onProduce(made));
  }

  private String key(String owner) {
    if (!usedKeys.isEmpty() && world.chance(scenario.duplicates)) {
      return world.pick(usedKeys);
    }
    String key = sim.upstream.newKey(world.chance(0.07) ? null : owner);
    usedKeys.add(key);
    return key;
  }

  /** With its own spelling, so that each call shows its request. */
  private String spell(String key) {
    while (true) {
      StringBuilder spelt = new StringBuilder(key);
      for (int i = 0; i < key.length(); i++) {
        if (world.chance(0.5)) {
          spelt.setCharAt(i, Character.toUpperCase(key.charAt(i)));
        }
      }
      if (!sim.ledger.spelt(spelt.toString())) {
        return spelt.toString();
      }
    }
  }

  private byte @Nullable [] malformed() {
    String key = sim.upstream.newSecret();
    String text =
        switch (world.between(0, 10)) {
          case 0 -> null;
          case 1 -> "";
          case 2 -> "{\"api_securekey\":\"" + key;
          case 3 -> "{\"api_securekey\":\"" + key + "\"} and " + key;
          case 4 -> "{\"api_securekey\":\"" + key + "\",\"api_securekey\":\"" + key + "\"}";
          case 5 -> "{\"api_securekey\":\"x" + key + "\"}";
          case 6 -> "{\"api_securekey\":[\"" + key + "\"]}";
          case 7 -> "{\"api_securekey\":\"" + key + "\",\"not_after\":\"" + key + "\"}";
          case 8 -> "{\"api_securekey\":\"" + key + "\",\"account\":\"nobody\"}";
          case 9 -> "{\"api_securekey\":\"" + key + "\",\"x\":\"" + "x".repeat(70_000) + "\"}";
          default -> "{\"account\":\"acme\",\"apiSecurekey\":\"" + key + "\"}";
        };
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }

  private static String json(Map<String, String> fields) {
    StringBuilder json = new StringBuilder("{");
    fields.forEach(
        (name, value) ->
            json.append(json.length() > 1 ? "," : "")
                .append('"')
                .append(name)
                .append("\":\"")
                .append(value)
                .append('"'));
    return json.append('}').toString();
  }
}
