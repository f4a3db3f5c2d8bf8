package dev.revoker.submit;

/** How the input is written. */
public enum Format {
  /** With a header of field names. */
  CSV,
  /** A JSON object a line. */
  NDJSON,
  /** A key a line. */
  KEYS
}
