package dev.revoker.resilience;

import dev.revoker.model.Outcome;
import dev.revoker.model.Result;

/** A request that was admitted, and what came back of it: at most one thing. */
final class Asked implements RequestProcessor.Caller {
  private Result result;
  private boolean withdrawn;

  @Override
  public void answered(Result answer) {
    once();
    result = answer;
  }

  @Override
  public void withdrawn() {
    once();
    withdrawn = true;
  }

  boolean isAnswered() {
    return result != null;
  }

  boolean isWithdrawn() {
    return withdrawn;
  }

  boolean isOpen() {
    return result == null && !withdrawn;
  }

  Result result() {
    if (result == null) {
      throw new AssertionError(withdrawn ? "it was withdrawn" : "not answered yet");
    }
    return result;
  }

  Outcome outcome() {
    return result().outcome();
  }

  private void once() {
    if (!isOpen()) {
      throw new AssertionError("called back twice");
    }
  }
}
