package dev.revoker.resilience;

import dev.revoker.model.Request;
import dev.revoker.model.Result;
import java.util.Collection;

/**
 * Processes admitted requests: what the engine needs of {@link Dispatcher}. An interface because
 * the engine's tests have a second implementation, whose calls end when a test says so.
 */
public interface RequestProcessor {
  /**
   * Who admitted a request. Exactly one of the two is called, once, on any thread and outside the
   * processor's locks.
   */
  interface Caller {
    /** The request has its outcome. */
    void answered(Result result);

    /** The request was withdrawn. No further call is made for it, and it gets no result. */
    void withdrawn();
  }

  /** How many more requests are wanted now. */
  int intakeRoom();

  /** Admits a request. Its call may be made before this returns. */
  void admit(Request.Valid request, Caller caller);

  /**
   * From now on this worker has this share of the group's rate, between 0 and 1. It makes no call
   * after {@code forMs}, unless the share is renewed.
   */
  void rateShare(double ofGroup, long forMs);

  /** Withdraws requests: waiting ones at once, those with a call in flight when it is answered. */
  void withdraw(Collection<? extends Caller> callers);
}
