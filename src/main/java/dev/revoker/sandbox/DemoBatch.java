package dev.revoker.sandbox;

import dev.revoker.model.Secret;
import dev.revoker.model.Source;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the demo sends: every request record, with the outcomes that would be true for it. */
final class DemoBatch {
  /**
   * A request record: the key it is about, if it is about one that exists, and what may come of it.
   */
  record Sent(@Nullable Secret key, Set<String> mayBe) {}

  /**
   * A key is revoked once; {@code not_found} is as true where another request, or a call whose
   * answer was lost, removed it before.
   */
  private static final Set<String> REMOVED = Set.of("revoked", "not_found");

  private static final int STANDARD = 260;
  private static final int URGENT_FIRST = 20;
  private static final int URGENT_LATER = 40;
  private static final int EACH_ODD_KIND = 12;

  private record Planned(String value, Sent sent) {}

  private final SandboxApi api;
  private final Submitter submitter;
  private final Map<String, Sent> bySource = new HashMap<>();

  DemoBatch(SandboxApi api, Submitter submitter) {
    this.api = api;
    this.submitter = submitter;
  }

  /** Sends the offboarding batch, with odd ones mixed in, and the first urgent requests. */
  void sendFirst() {
    List<Planned> standard = new ArrayList<>();
    List<Secret> keys = api.generateKeys(LocalStack.ACCOUNT, STANDARD);
    keys.forEach(key -> standard.add(removal(key)));
    keys.subList(0, EACH_ODD_KIND).forEach(again -> standard.add(removal(again)));
    for (int i = 0; i < EACH_ODD_KIND; i++) {
      standard.add(unknown(i));
      standard.add(malformed(i));
      standard.add(expired());
    }
    Collections.shuffle(standard, new Random(1));
    send(LocalStack.STANDARD, standard);
    sendUrgent(URGENT_FIRST);
  }

  /** Sends more urgent requests, which find the standard lane full. */
  void sendUrgentLater() {
    sendUrgent(URGENT_LATER);
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
    List<Source> sources = submitter.send(topic, planned.stream().map(Planned::value).toList());
    for (int i = 0; i < planned.size(); i++) {
      bySource.put(sources.get(i).toString(), planned.get(i).sent());
    }
  }

  private static Planned removal(Secret key) {
    return new Planned(
        Submitter.request(key, Map.of("reason", "demo", "requested_by", "bin/revoker demo")),
        new Sent(key, REMOVED));
  }

  private static Planned unknown(int i) {
    Secret nobodys = Secret.of(String.format(Locale.ROOT, "%032x", 0xdead_0000L + i));
    return new Planned(Submitter.request(nobodys, Map.of()), new Sent(null, Set.of("not_found")));
  }

  private static Planned malformed(int i) {
    List<String> forms =
        List.of("not json", "{\"api_securekey\":\"zz\"}", "{}", "{\"api_securekey\":12345678}");
    return new Planned(forms.get(i % forms.size()), new Sent(null, Set.of("rejected")));
  }

  private Planned expired() {
    Secret key = api.generateKeys(LocalStack.ACCOUNT, 1).getFirst();
    return new Planned(
        Submitter.request(key, Map.of("not_after", "2020-01-01T00:00:00Z")),
        new Sent(null, Set.of("expired")));
  }
}
