package dev.revoker.sandbox;

import java.util.Map;

/**
 * One broker for all tests of this JVM that do not break it; it ends with the JVM. Each test has
 * its own topics and groups.
 */
public final class SharedBroker {
  private static Broker broker;

  private SharedBroker() {}

  /** Starts the broker when it is needed for the first time. */
  public static synchronized Broker get() {
    if (broker == null) {
      // A machine that is busy for some seconds is no reason to fence the only broker.
      broker = Broker.start(Broker.Options.with(Map.of("broker.session.timeout.ms", "60000")));
    }
    return broker;
  }
}
