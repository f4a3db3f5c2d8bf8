package dev.revoker.resilience;

import java.lang.reflect.Field;

/** What a dispatcher has in its hands, for invariants that outsiders cannot see. */
public final class DispatcherPeek {
  private final TaskQueues queues;
  private final CallPermits permits;
  private final ApiGate gate;

  /** Looks into this one. */
  public DispatcherPeek(Dispatcher dispatcher) {
    queues = (TaskQueues) part(dispatcher, "queues");
    permits = (CallPermits) part(dispatcher, "permits");
    gate = (ApiGate) part(dispatcher, "gate");
  }

  /** Requests of the lane that wait for nothing but a slot, the gate or the rate. */
  public int ready(int lane) {
    return queues.ready(lane);
  }

  /** Whether the lane may take a slot. */
  public boolean slotFree(int lane) {
    return permits.slotFree(lane);
  }

  /** Whether an outage or a 429 holds the calls back. */
  public boolean holding() {
    return gate.holding();
  }

  private static Object part(Dispatcher dispatcher, String name) {
    try {
      Field field = Dispatcher.class.getDeclaredField(name);
      field.setAccessible(true);
      return field.get(dispatcher);
    } catch (ReflectiveOperationException changed) {
      throw new IllegalStateException("the dispatcher has no part " + name, changed);
    }
  }
}
