package dev.revoker.bench;

import java.util.List;

/** A situation in which implementations are compared. */
interface Scenario {
  /** Short, for the command line and the files. */
  String id();

  /** The title in reports, with concurrency, latency and counts. */
  String title();

  /** The implementations that take part. */
  List<Implementation> implementations();

  /** Runs one implementation once. */
  Measured measure(TestBed testBed, Implementation implementation) throws Exception;
}
