package dev.revoker.resilience;

import java.util.ArrayList;
import java.util.List;

/**
 * What is to be done outside the lock: calls to the API, callbacks, meters. Guarded by the
 * dispatcher's lock.
 */
final class Effects {
  private List<Runnable> pending = new ArrayList<>();

  void add(Runnable effect) {
    pending.add(effect);
  }

  /** Hands over what has gathered; to be run, in order, after the lock is released. */
  List<Runnable> take() {
    if (pending.isEmpty()) {
      return List.of();
    }
    List<Runnable> taken = pending;
    pending = new ArrayList<>();
    return taken;
  }
}
