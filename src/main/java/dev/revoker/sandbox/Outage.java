package dev.revoker.sandbox;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How the whole API is down. The admin endpoint goes on, save for {@link #REFUSE}. */
public enum Outage {
  /** It is not down. */
  NONE("none"),
  /** Every call is answered with 503. */
  UNAVAILABLE("503"),
  /** Every call's connection is reset. */
  RESET("reset"),
  /** No call is answered. */
  HANG("hang"),
  /**
   * Nothing listens: the open connections are reset and new ones refused, those to the admin
   * endpoint too.
   */
  REFUSE("refuse");

  private final String wireName;

  Outage(String wireName) {
    this.wireName = wireName;
  }

  /** Its {@code outage_mode} in JSON. */
  public String wireName() {
    return wireName;
  }

  static Optional<Outage> ofWireName(String name) {
    return Arrays.stream(values())
        .filter(outage -> outage.wireName.equals(name.toLowerCase(Locale.ROOT)))
        .findFirst();
  }
}
