package dev.revoker.sandbox;

import dev.revoker.model.Secret;
import dev.revoker.model.Source;
import dev.revoker.time.Time;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The requests that the demo sends, each with the outcomes that are correct for it. */
final class DemoBatch {
  /**
   * A request that was sent.
   *
   * @param key the key to revoke, or null if no existing key will be revoked
   * @param outcomes the correct outcomes
   * @param sentAt when it was handed to the producer
   */
  record Sent(@Nullable Secret key, Set<String> outcomes, Instant sentAt) {}

  /**
   * {@code not_found} is correct if another request removed the key before, or a call whose answer
   * was lost.
   */
  private static final Set<String> REMOVED = Set.of("revoked", "not_found");

  private static final int STANDARD = 260;
  private static final int URGENT_FIRST = 20;
  private static final int URGENT_LATER = 40;
  private static final int EACH_INVALID_KIND = 12;

  private record Planned(String value, @Nullable Secret key, Set<String> outcomes) {}

  private final SandboxApi api;
  private final Submitter submitter;
  private final Time time;
  private final Map<String, Sent> bySource = new HashMap<>();

  DemoBatch(SandboxApi api, Submitter submitter, Time time) {
    this.api = api;
    this.submitter = submitter;
    this.time = time;
  }

  /** Sends the standard requests, invalid ones among them, and the first urgent requests. */
  void sendFirst() {
    List<Planned> standard = new ArrayList<>();
    List<Secret> keys = api.generateKeys(LocalStack.ACCOUNT, STANDARD);
    keys.forEach(key -> standard.add(removal(key)));
    keys.subList(0, EACH_INVALID_KIND).forEach(again -> standard.add(removal(again)));
    for (int i = 0; i < EACH_INVALID_KIND; i++) {
      standard.add(unknown(i));
      standard.add(malformed(i));
      standard.add(expired());
    }
    Collections.shuffle(standard, new Random(1));
    send(LocalStack.STANDARD, standard);
    sendUrgent(URGENT_FIRST);
  }

  /** Sends more urgent requests and returns how many. */
  int sendUrgentLater() {
    sendUrgent(URGENT_LATER);
    return URGENT_LATER;
  }

  int size() {
    return bySource.size();
  }

  Map<String, Sent> bySource() {
    return bySource;
  }

  private void sendUrgent(int count) {
    send(
        LocalStack.URGENT,
        api.generateKeys(LocalStack.ACCOUNT, count).stream().map(DemoBatch::removal).toList());
  }

  private void send(String topic, List<Planned> planned) {
    Instant now = time.now();
    List<Source> sources = submitter.send(topic, planned.stream().map(Planned::value).toList());
    for (int i = 0; i < planned.size(); i++) {
      Planned one = planned.get(i);
      bySource.put(sources.get(i).toString(), new Sent(one.key(), one.outcomes(), now));
    }
  }

  private static Planned removal(Secret key) {
    return new Planned(
        Submitter.request(key, Map.of("reason", "demo", "requested_by", "bin/revoker demo")),
        key,
        REMOVED);
  }

  private static Planned unknown(int i) {
    Secret unknown = Secret.of(String.format(Locale.ROOT, "%032x", 0xdead_0000L + i));
    return new Planned(Submitter.request(unknown, Map.of()), null, Set.of("not_found"));
  }

  private static Planned malformed(int i) {
    List<String> forms =
        List.of("not json", "{\"api_securekey\":\"zz\"}", "{}", "{\"api_securekey\":12345678}");
    return new Planned(forms.get(i % forms.size()), null, Set.of("rejected"));
  }

  private Planned expired() {
    Secret key = api.generateKeys(LocalStack.ACCOUNT, 1).getFirst();
    return new Planned(
        Submitter.request(key, Map.of("not_after", "2020-01-01T00:00:00Z")),
        null,
        Set.of("expired"));
  }
}
