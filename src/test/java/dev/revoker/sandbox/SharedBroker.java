package dev.revoker.sandbox;

import java.util.Map;

/**
 * One broker for all tests of this JVM; it ends with the JVM. Each test has its own topics and
 * groups. A test may freeze the broker and must thaw it; none may kill it.
 */
public final class SharedBroker {
  private static Broker broker;

  private SharedBroker() {}

  /** Starts the broker when it is needed for the first time. */
  public static synchronized Broker get() {
    if (broker == null) {
      // Its own controller must not fence the only broker when it is frozen or the machine is busy.
      broker = Broker.start(Broker.Options.with(Map.of("broker.session.timeout.ms", "60000")));
    }
    return broker;
  }
}
