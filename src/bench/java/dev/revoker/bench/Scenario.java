package dev.revoker.bench;

import java.util.List;

/** A situation in which contenders are compared. */
interface Scenario {
  /** Short, for the command line and the files. */
  String id();

  /** For the reader, with all that matters: concurrency, latency, counts. */
  String title();

  /** Who takes part. */
  List<Contender> contenders();

  /** Lets one contender do it once. */
  Measured measure(Stand stand, Contender contender) throws Exception;
}
