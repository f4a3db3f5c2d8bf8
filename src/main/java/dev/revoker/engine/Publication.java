package dev.revoker.engine;

/** What came of a step of the publisher: what is expected to go wrong is a value here. */
public sealed interface Publication {
  /** Results and offsets are committed. */
  record Committed() implements Publication {}

  /** Nothing is committed, for certain: send the same again. */
  record Aborted(String why) implements Publication {}

  /**
   * The transaction is under way: its offsets, its results or its commit are sent and the answer is
   * not known. Only {@link Publisher#resume} may follow.
   */
  record Unknown(String why) implements Publication {}

  /**
   * The producer is gone, and with it the knowledge of what is committed: read the committed state
   * again.
   */
  record ProducerLost(String why) implements Publication {}

  /** Nothing that the worker does can mend it; the message names the cause and what to do. */
  record Fatal(String message, Throwable cause) implements Publication {}
}
