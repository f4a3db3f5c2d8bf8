package dev.revoker.sandbox;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a call can get instead of its normal answer. "Effect" is what the call asks for. */
public enum Fault {
  /** 429, with Retry-After if one is set; no effect. */
  THROTTLE,
  /** The error status, with Retry-After if one is set; no effect. */
  ERROR,
  /** 400 {@code UNHANDLED_ERROR}; no effect. */
  UNHANDLED_ERROR,
  /** The connection is reset (RST); no effect. */
  RESET,
  /** The connection stays open, and no answer comes until the client closes it; no effect. */
  NO_ANSWER,
  /** The connection is closed without an answer; no effect. */
  CLOSE_BEFORE_EFFECT,
  /** The call took effect, and the connection is closed without an answer. */
  CLOSE_AFTER_EFFECT,
  /** The call took effect, and the connection is closed in the middle of the answer. */
  HALF_ANSWER,
  /** The call took effect, and the answer's body is compressed by gzip without being asked. */
  GZIP_ANSWER,
  /**
   * 400 {@code INVALID_QUERY} with the key in its comment, written as a UUID; no effect. A call
   * without a key gets its normal answer.
   */
  ECHO_KEY;

  /** The name of its rate in JSON, such as {@code reset_rate}. */
  @JsonValue
  String rateName() {
    return wireName() + "_rate";
  }

  /** The name under which calls that got it are counted. */
  String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
