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
  static void report(SettingsReader in) {
    Set<String> known = known(in);
    List<String> hidden = new ArrayList<>();
    for (Setting setting : in.unknown()) {
      String near = nearest(setting.key(), known);
      if (near.isEmpty() && !Redaction.showable(setting)) {
        hidden.add(Integer.toString(setting.line()));
        continue;
      }
      String variable = setting.variable();
      String meant = variable == null ? near : ConfigLoader.variableOf(near);
      in.note(
          variable == null
              ? setting.key()
              : String.format(Locale.ROOT, "%s (%s)", variable, setting.key()),
          "unknown key; " + (near.isEmpty() ? hint(setting.key()) : "did you mean " + meant + "?"));
    }
    if (!hidden.isEmpty()) {
      in.note(
          (hidden.size() == 1 ? "line " : "lines ") + String.join(", ", hidden),
          "unknown key, not shown because it may be part of a secret; a value continues in the"
              + " next line only after a \\");
    }
  }

  private static String hint(String key) {
    for (KafkaClient client : KafkaClient.values()) {
      if (key.startsWith(client.prefix())) {
        return "Kafka has no such setting for this client";
      }
    }
    return KafkaClient.commonShape(key)
        ? "Kafka has no such setting"
        : "docs/CONFIGURATION.md lists all keys";
  }

  private static Set<String> known(SettingsReader in) {
    Set<String> known = new TreeSet<>();
    in.declared().forEach(key -> known.add(key.name()));
    KafkaClient.ADMIN.names().stream().filter(KafkaClient::common).forEach(known::add);
    for (KafkaClient client : KafkaClient.values()) {
      client.names().forEach(name -> known.add(client.prefix() + name));
    }
    return known;
  }

  /** The most similar of the known keys, or the empty text if none is similar enough. */
  private static String nearest(String wrong, Set<String> known) {
    String moved = ofAnotherClient(wrong);
    String nearest = moved;
    String bare = bare(wrong);
    int least = moved.isEmpty() ? Math.min(3, bare.length() / 4) + 1 : 0;
    for (String key : known) {
      int distance = least == 0 ? 0 : distance(bare, bare(key));
      if (distance < least) {
        least = distance;
        nearest = key;
      }
    }
    return nearest;
  }

  /** The key for a Kafka setting that has no client prefix, or the wrong client's. */
  private static String ofAnotherClient(String wrong) {
    String name = wrong.replaceFirst("^(consumer|producer|admin)\\.", "");
    for (KafkaClient client : KafkaClient.values()) {
      if (client.names().contains(name)) {
        return client.prefix() + name;
      }
    }
    return "";
  }

  /** The key without separators and case, in which most mistakes are made. */
  private static String bare(String key) {
    return key.toLowerCase(Locale.ROOT).replaceAll("[._-]", "");
  }

  /** The Levenshtein distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      int diagonal = i - 1;
      for (int j = 0; j <= b.length(); j++) {
        int above = row[j];
        if (i == 0 || j == 0) {
          row[j] = i + j;
        } else {
          int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
          row[j] = Math.min(replaced, 1 + Math.min(above, row[j - 1]));
        }
        diagonal = above;
      }
    }
    return row[b.length()];
  }
}
