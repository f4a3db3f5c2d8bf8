package dev.revoker.sim;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.revoker.model.Secret;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Whatever is written to a request topic: no worker ends, each record has one result, the result of
 * another request contains nothing of it, and an urgent request is answered in time.
 */
final class NoRecordStopsTheWork extends SimGuarantee {
  /** From written to committed, while there are no faults besides the attack. */
  private static final long URGENT_NANOS = 3 * World.SECOND;

  private static final long TURN_MS = 3_000;

  private final Simulation sim;
  private boolean attacked;

  NoRecordStopsTheWork(Simulation sim) {
    super(sim.world);
    this.sim = sim;
  }

  @Override
  void onProduce(RequestLedger.Made made) {
    attacked |= made.hostile() != null;
  }

  @Override
  void onCommit(SimBrokers.Commit commit, List<Committed> results) {
    if (!attacked) {
      return;
    }
    for (Committed committed : results) {
      RequestLedger.Made made = committed.made();
      String spoiled = made.hostile() == null ? spoiled(made, committed.result()) : null;
      ask(spoiled == null, () -> made + " has a spoiled result: " + spoiled);
      if (sim.scenario.attack() && made.hostile() == null && urgent(made)) {
        long took = world().nanos() - made.madeNanos();
        ask(
            took <= URGENT_NANOS,
            () -> "%s was answered after %d ms".formatted(made, took / World.MS));
      }
    }
  }

  @Override
  void onExit(SimWorker worker) {
    ask(
        !attacked || (worker.stopAsked && worker.failure == null),
        () -> worker.name + " has ended: " + worker.failure);
    ask(
        worker.metrics().lines().filter(NoRecordStopsTheWork::isObserverFailure).count() == 0,
        () -> "a meter of " + worker.name + " has failed");
  }

  @Override
  void onStep(List<SimWorker> workers) {
    if (attacked && sim.scenario.attack()) {
      for (SimWorker worker : workers) {
        long sinceMs = worker.sinceLastTurnMs();
        ask(
            worker.stopAsked || sinceMs <= TURN_MS,
            () -> "%s has not polled for %d ms".formatted(worker.name, sinceMs));
      }
    }
  }

  @Override
  void atEnd() {
    for (RequestLedger.Made made : sim.ledger.all()) {
      if (made.hostile() != null) {
        ask(made.results().size() == 1, () -> made.results().size() + " results for " + made);
      }
    }
  }

  private static boolean isObserverFailure(String line) {
    return line.startsWith("revoker_observer_failures_total") && !line.endsWith(" 0.0");
  }

  private boolean urgent(RequestLedger.Made made) {
    return made.lane().equals(sim.scenario.config.lanes().getFirst().name());
  }

  /** The part of a result that does not come from its request, or null. */
  private @Nullable String spoiled(RequestLedger.Made made, JsonNode result) {
    if (!made.malformed()
        && !result.get("key_fingerprint").asString().equals(fingerprint(made.spelling()))) {
      return "the fingerprint of another key";
    }
    if (result.hasNonNull("labels") && !result.get("labels").isEmpty()) {
      return "labels " + result.get("labels");
    }
    return result.get("lane").asString().equals(made.lane()) ? null : "another lane";
  }

  private String fingerprint(String key) {
    byte[] digits = key.toLowerCase(Locale.ROOT).getBytes(UTF_8);
    Secret secret = sim.scenario.config.fingerprintSecret();
    try {
      if (secret == null) {
        return "sha256:"
            + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(digits));
      }
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.reveal().getBytes(UTF_8), "HmacSHA256"));
      return "hmac-sha256:" + HexFormat.of().formatHex(mac.doFinal(digits));
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException(missing);
    }
  }
}
