package dev.revoker.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Freezes child JVMs: their connections stay open, and nothing is answered. */
public final class Signals {
  private Signals() {}

  public static void freeze(WorkerProcess worker) {
    send("STOP", worker);
  }

  public static void thaw(WorkerProcess worker) {
    send("CONT", worker);
  }

  public static void freeze(BrokerNode node) {
    send("STOP", node);
  }

  public static void thaw(BrokerNode node) {
    send("CONT", node);
  }

  /** Freezes all nodes. */
  public static void freeze(Broker broker) {
    broker.nodes().forEach(Signals::freeze);
  }

  /** Lets all nodes continue. */
  public static void thaw(Broker broker) {
    broker.nodes().forEach(Signals::thaw);
  }

  /** Through the shell, because Java has no method for it. */
  private static void send(String signal, ChildJvm to) {
    try {
      Process kill =
          new ProcessBuilder("/bin/sh", "-c", "kill -" + signal + " " + to.pid())
              .inheritIO()
              .start();
      if (kill.onExit().join().exitValue() != 0) {
        throw new IllegalStateException("SIG" + signal + " could not be sent; is the JVM running?");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("no shell to send SIG" + signal, e);
    }
  }
}
