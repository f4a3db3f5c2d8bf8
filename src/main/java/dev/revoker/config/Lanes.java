package dev.revoker.config;

import dev.revoker.config.Config.Lane;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The lanes with their topics and reserved slots, and the topic of the results.
 *
 * @param all most urgent first; empty only if {@code lanes} is wrong
 */
record Lanes(List<Lane> all, String resultsTopic) {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,63}");
  private static final int MOST = 16;
  private static final String LANES = "lanes";
  private static final String RESULTS = "results.topic";
  private static final String MAX = "max.in.flight";
  private static final String PREFIX = "lane.";
  private static final Map<String, String> TOPICS =
      Map.of("urgent", "key-revocations.urgent", "standard", "key-revocations");

  static Lanes read(SettingsReader in, int maxInFlight) {
    List<Lane> lanes = lanes(in, maxInFlight);
    String results = topic(in, RESULTS, "key-revocations.results");
    Map<String, String> keys = new HashMap<>(Map.of(results, RESULTS));
    for (Lane lane : lanes) {
      String key = PREFIX + lane.name() + ".topic";
      String other = keys.putIfAbsent(lane.topic(), key);
      if (other != null && !in.blamed(key, other)) {
        // Report the key that the operator set.
        boolean own = in.has(key);
        in.wrong(
            Objects.requireNonNull(in.take(own ? key : other)),
            String.format(Locale.ROOT, "must not be the topic of %s too", own ? other : key));
      }
    }
    return new Lanes(lanes, results);
  }

  private static List<Lane> lanes(SettingsReader in, int maxInFlight) {
    List<String> names =
        in.read(
            LANES,
            "1 to 16 different names of a-z, 0-9, - and _, separated by commas",
            "urgent,standard",
            List.of("urgent", "standard"),
            text -> SettingsReader.names(text, NAME, MOST));
    if (in.blamed(LANES)) {
      // Without the list of names these keys cannot be checked.
      in.takeAll(key -> key.startsWith(PREFIX));
      return List.of();
    }
    in.wrongIfUnlisted(
        PREFIX,
        names,
        "topic|reserved",
        String.format(Locale.ROOT, "names no lane of lanes (%s)", String.join(", ", names)));
    List<Lane> lanes = new ArrayList<>();
    for (String name : names) {
      boolean firstOfSeveral = lanes.isEmpty() && names.size() > 1;
      int quarter = maxInFlight < 2 ? 0 : Math.max(1, maxInFlight / 4);
      String topic = topic(in, name);
      lanes.add(
          new Lane(
              name, topic, in.integer(reservedKey(name), firstOfSeveral ? quarter : 0, 0, 10_000)));
    }
    checkReserved(in, lanes, maxInFlight);
    return lanes;
  }

  /** Only the lanes urgent and standard have a default. */
  private static String topic(SettingsReader in, String lane) {
    String key = PREFIX + lane + ".topic";
    String byDefault = TOPICS.get(lane);
    if (byDefault == null && !in.has(key)) {
      in.wrong(key, "is required, because only the lanes urgent and standard have a default topic");
      return "";
    }
    return topic(in, key, byDefault == null ? "" : byDefault);
  }

  private static String topic(SettingsReader in, String key, String byDefault) {
    return in.text(
        key,
        byDefault,
        "a topic name: 1 to 249 of A-Z, a-z, 0-9, dot, - and _",
        name -> name.matches("(?!\\.{1,2}$)[A-Za-z0-9._-]{1,249}"));
  }

  private static String reservedKey(String lane) {
    return PREFIX + lane + ".reserved";
  }

  /** The sum must leave the last lane a slot. Reports the largest share that was set. */
  private static void checkReserved(SettingsReader in, List<Lane> lanes, int maxInFlight) {
    Lane last = lanes.getLast();
    if (last.reserved() > 0) {
      in.warn(
          reservedKey(last.name()),
          String.format(
              Locale.ROOT, "has no effect, because no lane is less urgent than %s", last.name()));
    }
    List<Lane> before = lanes.subList(0, lanes.size() - 1);
    boolean blamed =
        in.blamed(MAX) || before.stream().anyMatch(l -> in.blamed(reservedKey(l.name())));
    if (blamed || before.stream().mapToLong(Lane::reserved).sum() < maxInFlight) {
      return;
    }
    before.stream()
        .filter(lane -> in.has(reservedKey(lane.name())))
        .max(Comparator.comparingInt(Lane::reserved))
        .map(lane -> in.take(reservedKey(lane.name())))
        .ifPresent(
            setting ->
                in.wrong(
                    setting,
                    String.format(
                        Locale.ROOT,
                        "leaves lane %s no slot: all reserved slots together must be less than %s",
                        last.name(),
                        in.shown(MAX, maxInFlight))));
  }
}
