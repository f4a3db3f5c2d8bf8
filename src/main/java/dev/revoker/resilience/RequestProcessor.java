package dev.revoker.resilience;

import dev.revoker.model.Request;
import java.util.Collection;

/**
 * Processes admitted requests: what the engine needs of {@link Dispatcher}. An interface because
 * the engine's tests have a second implementation, whose calls end when a test says so.
 */
public interface RequestProcessor {
  /** How many more requests are wanted now. */
  int intakeRoom();

  /** Admits a request. Its call may be made before this returns. */
  void admit(Request.Valid request, Dispatcher.Caller caller);

  /**
   * From now on this worker has this share of the group's rate, between 0 and 1. It makes no call
   * after {@code forMs}, unless the share is renewed.
   */
  void rateShare(double ofGroup, long forMs);

  /** Withdraws requests: waiting ones at once, those with a call in flight when it is answered. */
  void withdraw(Collection<? extends Dispatcher.Caller> callers);
}
