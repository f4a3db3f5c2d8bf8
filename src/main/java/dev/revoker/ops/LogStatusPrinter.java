package dev.revoker.ops;

import ch.qos.logback.core.status.Status;
import ch.qos.logback.core.status.StatusListener;

/**
 * Says on standard error what is wrong with the logging itself: a bad configuration file, a full
 * disk. Logback would say it on standard output, which belongs to what commands print. Named in
 * {@code logback.xml}.
 */
public final class LogStatusPrinter implements StatusListener {
  @Override
  public void addStatusEvent(Status status) {
    if (status.getEffectiveLevel() >= Status.WARN) {
      System.err.println("logging: " + status.getMessage());
    }
  }
}
