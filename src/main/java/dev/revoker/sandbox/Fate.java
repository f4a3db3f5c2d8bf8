package dev.revoker.sandbox;

import java.util.Locale;

/** What can befall a call other than its proper answer. "Effect" is what the call asks for. */
public enum Fate {
  /** 429, with Retry-After where one is set; no effect. */
  THROTTLE,
  /** The error status, with Retry-After where one is set; no effect. */
  ERROR,
  /** 400 {@code UNHANDLED_ERROR}; no effect. */
  UNHANDLED_ERROR,
  /** The connection is reset (RST); no effect. */
  RESET,
  /** The connection stays open and no answer comes until the client goes; no effect. */
  NO_ANSWER,
  /** The connection is closed without an answer; no effect. */
  CLOSE_BEFORE_EFFECT,
  /** It took effect, and the connection is closed without an answer. */
  CLOSE_AFTER_EFFECT,
  /** It took effect, and the connection is closed in the middle of the answer. */
  HALF_ANSWER,
  /** It took effect, and the answer's body is compressed with gzip, which nobody asked for. */
  GZIP_ANSWER,
  /**
   * 400 {@code INVALID_QUERY} with the key in its comment, written as a UUID; no effect. A call
   * without a key gets its proper answer.
   */
  ECHO_KEY;

  /** The name of its rate in JSON, such as {@code reset_rate}. */
  String rateName() {
    return wireName() + "_rate";
  }

  /** Its name among the counted answers. */
  String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
