package dev.revoker.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** The lanes, their topics and their reserved slots. */
final class Lanes {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,63}");
  private static final int MOST = 16;
  private static final String PREFIX = "lane.";

  private Lanes() {}

  /** The lanes, most urgent first; empty only if {@code lanes} is wrong. */
  static List<Config.Lane> read(SettingsReader in, int maxInFlight) {
    String text = in.text(Keys.LANES, t -> NameLists.parse(t, NAME, MOST) != null);
    List<String> names = NameLists.parse(text, NAME, MOST);
    if (names == null || in.problems().has(Keys.LANES.name())) {
      // Without the list of names these keys cannot be checked.
      in.takeAll(key -> key.startsWith(PREFIX));
      return List.of();
    }
    reportUnlisted(in, names);
    Map<String, Long> reserved = reserved(in, names, maxInFlight);
    List<Config.Lane> lanes = new ArrayList<>();
    for (String name : names) {
      long slots = reserved.getOrDefault(name, 0L);
      lanes.add(new Config.Lane(name, TopicKeys.ofLane(in, name), (int) slots));
    }
    return lanes;
  }

  static String reservedKey(String lane) {
    return PREFIX + lane + ".reserved";
  }

  private static Map<String, Long> reserved(
      SettingsReader in, List<String> names, int maxInFlight) {
    Map<String, Long> reserved = new LinkedHashMap<>();
    for (String name : names) {
      boolean firstOfSeveral = names.size() > 1 && name.equals(names.getFirst());
      long byDefault = firstOfSeveral ? quarter(maxInFlight) : 0;
      Key.Whole key = new Key.Whole(reservedKey(name), byDefault, 0, Keys.MAX_IN_FLIGHT.max());
      reserved.put(name, in.whole(key));
    }
    checkLast(in, names.getLast(), reserved);
    checkSum(in, names, reserved, maxInFlight);
    return reserved;
  }

  private static long quarter(int maxInFlight) {
    return maxInFlight < 2 ? 0 : Math.max(1, maxInFlight / 4);
  }

  private static void checkLast(SettingsReader in, String last, Map<String, Long> reserved) {
    if (reserved.getOrDefault(last, 0L) > 0) {
      in.report()
          .warn(
              reservedKey(last),
              String.format(
                  Locale.ROOT, "has no effect, because no lane is less urgent than %s", last));
    }
  }

  /** The sum must be less than {@code max.in.flight}. Reports the largest share that was set. */
  private static void checkSum(
      SettingsReader in, List<String> names, Map<String, Long> reserved, int maxInFlight) {
    List<String> before = names.subList(0, names.size() - 1);
    long sum = before.stream().mapToLong(n -> reserved.getOrDefault(n, 0L)).sum();
    String[] keys = before.stream().map(Lanes::reservedKey).toArray(String[]::new);
    if (sum < maxInFlight
        || in.problems().has(keys)
        || in.problems().has(Keys.MAX_IN_FLIGHT.name())) {
      return;
    }
    before.stream()
        .filter(n -> in.has(reservedKey(n)))
        .max((a, b) -> Long.compare(reserved.getOrDefault(a, 0L), reserved.getOrDefault(b, 0L)))
        .map(n -> in.take(reservedKey(n)))
        .ifPresent(
            setting ->
                in.problems()
                    .wrong(
                        setting,
                        String.format(
                            Locale.ROOT,
                            "leaves lane %s no slot: all reserved slots together must be less than"
                                + " %s",
                            names.getLast(),
                            in.shown(Keys.MAX_IN_FLIGHT, maxInFlight))));
  }

  private static void reportUnlisted(SettingsReader in, List<String> names) {
    NameLists.reportUnlisted(
        in,
        PREFIX,
        names,
        "topic|reserved",
        String.format(Locale.ROOT, "names no lane of lanes (%s)", String.join(", ", names)));
  }
}
