package dev.revoker.model;

import java.util.Locale;

/** What is known of the key after its request ended. */
public enum KeyState {
  /** The API said so: the key no longer logs in. */
  INACTIVE,
  /** Nothing was removed: treat the key as live. */
  ASSUMED_ACTIVE,
  /** It may be either: an attempt was uncertain, or the answer does not tell. */
  UNKNOWN;

  /** The word in the result message. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
