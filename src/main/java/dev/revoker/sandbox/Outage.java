package dev.revoker.sandbox;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How the whole API fails. {@code /_sandbox/} still works, except during {@link #REFUSE}. */
public enum Outage {
  /** No outage. */
  NONE("none"),
  /** Every call is answered with 503. */
  UNAVAILABLE("503"),
  /** The connection of every call is reset. */
  RESET("reset"),
  /** No call is answered. */
  HANG("hang"),
  /** All connections are reset, and nothing listens on the port. */
  REFUSE("refuse");

  private final String wireName;

  Outage(String wireName) {
    this.wireName = wireName;
  }

  /** The name of this {@code outage_mode} in JSON. */
  public String wireName() {
    return wireName;
  }

  static Optional<Outage> ofWireName(String name) {
    return Arrays.stream(values())
        .filter(outage -> outage.wireName.equals(name.toLowerCase(Locale.ROOT)))
        .findFirst();
  }
}
