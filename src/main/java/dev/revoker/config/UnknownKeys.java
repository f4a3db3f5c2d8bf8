package dev.revoker.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Reports unknown keys and suggests the key that was probably meant. */
final class UnknownKeys {
  private UnknownKeys() {}

  /** Never shows their values: the value of a misspelt key may be secret. */
  static void report(SettingsReader in, List<Config.Lane> lanes, Set<String> accounts) {
    Set<String> known = known(lanes, accounts);
    List<Integer> hidden = new ArrayList<>();
    for (Setting setting : in.unknown()) {
      String near = Spelling.nearest(setting.key(), known);
      if (near.isEmpty() && !Redaction.showable(setting)) {
        hidden.add(setting.line());
        continue;
      }
      String variable = setting.variable();
      String subject =
          variable == null
              ? setting.key()
              : String.format(Locale.ROOT, "%s (%s)", variable, setting.key());
      String meant = variable == null ? near : Environment.variableOf(near);
      in.problems()
          .note(
              subject,
              "unknown key; " + (near.isEmpty() ? hint(setting) : "did you mean " + meant + "?"));
    }
    reportHidden(in, hidden);
  }

  private static void reportHidden(SettingsReader in, List<Integer> lines) {
    if (!lines.isEmpty()) {
      String where = lines.size() == 1 ? "line " + lines.getFirst() : "lines " + lines;
      in.problems()
          .note(
              where.replaceAll("[\\[\\]]", ""),
              "unknown key, not shown because it may be part of a secret;"
                  + " a value continues in the next line only after a \\");
    }
  }

  private static String hint(Setting setting) {
    for (KafkaClient client : KafkaClient.values()) {
      if (setting.key().startsWith(client.prefix())) {
        return "Kafka has no such setting for this client";
      }
    }
    return KafkaClient.commonShape(setting.key())
        ? "Kafka has no such setting"
        : "docs/CONFIGURATION.md lists all keys";
  }

  private static Set<String> known(List<Config.Lane> lanes, Set<String> accounts) {
    Set<String> known = new TreeSet<>();
    for (Key key : Keys.all()) {
      String name = key.name();
      if (name.startsWith("lane.")) {
        lanes.forEach(lane -> known.add(name.replace("<name>", lane.name())));
      } else if (name.startsWith("account.")) {
        accounts.forEach(account -> known.add(name.replace("<name>", account)));
      } else {
        known.add(name);
      }
    }
    KafkaClient.ADMIN.names().stream().filter(KafkaClient::common).forEach(known::add);
    for (KafkaClient client : KafkaClient.values()) {
      client.names().forEach(name -> known.add(client.prefix() + name));
    }
    return known;
  }
}
