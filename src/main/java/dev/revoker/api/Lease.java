package dev.revoker.api;

/** What came of asking for a connection. */
sealed interface Lease {
  /** The caller's own until it gives it back or drops it. */
  record Open(Connection connection) implements Lease {}

  /**
   * Nothing was sent.
   *
   * @param why names the host and the port at most
   */
  record Failed(String why) implements Lease {}
}
