package dev.revoker;

import dev.revoker.engine.RequestLoop;
import dev.revoker.model.Request;
import dev.revoker.resilience.Dispatcher;
import java.util.Collection;

/** Joins the loop to the policy. */
record PolicyWork(Dispatcher policy) implements RequestLoop.Work {
  @Override
  public int room() {
    return policy.intakeRoom();
  }

  @Override
  public void admit(Request.Valid request, Dispatcher.Caller caller) {
    policy.admit(request, caller);
  }

  @Override
  public void withdraw(Collection<Dispatcher.Caller> callers) {
    policy.withdraw(callers);
  }
}
