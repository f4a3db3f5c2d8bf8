package dev.revoker.model;

import java.util.Locale;

/** What is known of the key after its request ended. */
public enum KeyState {
  /** Proven: the key no longer logs in. */
  INACTIVE,
  /** Proven by an accepted login: the key logs in. */
  ACTIVE,
  /** Nothing was removed: treat the key as live. */
  ASSUMED_ACTIVE,
  /** Nothing is known: an attempt was uncertain, or the answer says nothing about the key. */
  UNKNOWN;

  /** The word in the result message. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
