package dev.revoker.config;

import java.util.Locale;
import java.util.Set;

/** Suggests a known key for an unknown one. */
final class Spelling {
  private Spelling() {}

  /** The most similar of the known keys, or the empty text if none is similar enough. */
  static String nearest(String wrong, Set<String> known) {
    String moved = ofAnotherClient(wrong);
    if (!moved.isEmpty()) {
      return moved;
    }
    String bare = bare(wrong);
    String nearest = "";
    int least = Math.min(3, bare.length() / 4) + 1;
    for (String key : known) {
      int distance = distance(bare, bare(key), least);
      if (distance < least) {
        least = distance;
        nearest = key;
      }
    }
    return nearest;
  }

  /** The key for a Kafka setting that has no client prefix, or the wrong client's. */
  private static String ofAnotherClient(String wrong) {
    String name = wrong;
    for (KafkaClient client : KafkaClient.values()) {
      if (wrong.startsWith(client.prefix())) {
        name = wrong.substring(client.prefix().length());
      }
    }
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

  /** The Levenshtein distance; the limit if it is that or more from the lengths alone. */
  private static int distance(String a, String b, int limit) {
    if (Math.abs(a.length() - b.length()) >= limit) {
      return limit;
    }
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
