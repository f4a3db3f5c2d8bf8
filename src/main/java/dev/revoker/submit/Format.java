package dev.revoker.submit;

import java.util.Locale;

/** How the input is written. */
public enum Format {
  /** With a header of field names. */
  CSV,
  /** A JSON object a line. */
  NDJSON,
  /** A key a line. */
  KEYS;

  /** As it is typed. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
