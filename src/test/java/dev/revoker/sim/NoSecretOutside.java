package dev.revoker.sim;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;

/**
 * No secret is in a result, a metric, a failure, or a line of the log (checked where it is
 * written).
 */
final class NoSecretOutside extends SimGuarantee {
  NoSecretOutside(Simulation sim) {
    super(sim.world);
  }

  /** Whether the text contains a secret, in upper or lower case. */
  static boolean holdsSecret(String text) {
    String canary = Upstream.CANARY;
    for (int at = text.length() - canary.length(); at >= 0; at--) {
      if (text.regionMatches(true, at, canary, 0, canary.length())) {
        return true;
      }
    }
    return false;
  }

  @Override
  void onCommit(SimBrokers.Commit commit, List<Committed> results) {
    for (ProducerRecord<byte[], byte[]> record : commit.results()) {
      StringBuilder all = new StringBuilder();
      all.append(text(record.key())).append(text(record.value()));
      for (Header header : record.headers()) {
        all.append(header.key()).append(text(header.value()));
      }
      ask(!holdsSecret(all.toString()), () -> "a result: " + all);
    }
  }

  @Override
  void onExit(SimWorker worker) {
    ask(!holdsSecret(worker.metrics()), () -> "the metrics of " + worker.name);
    if (worker.failure != null) {
      String text = Simulation.describe(worker.failure);
      ask(!holdsSecret(text), () -> "a failure: " + text);
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
