package dev.revoker.sandbox;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How the whole API fails. {@code /_sandbox/} still works, except during {@link #REFUSE}. */
public enum Outage {
  /** No outage. */
  @JsonProperty("none")
  NONE,
  /** Every call is answered with 503. */
  @JsonProperty("503")
  UNAVAILABLE,
  /** The connection of every call is reset. */
  @JsonProperty("reset")
  RESET,
  /** No call is answered. */
  @JsonProperty("hang")
  HANG,
  /** All connections are reset, and nothing listens on the port. */
  @JsonProperty("refuse")
  REFUSE
}
