package dev.revoker.api;

import java.util.function.Consumer;

/**
 * The one way to the upstream. Everything that decides (attempts, back-off, breaker, rate) stands
 * before it, so an implementation makes exactly one HTTP exchange for each call: it repeats nothing
 * and follows no redirect.
 */
public interface Api {
  /**
   * Starts the call and returns at once.
   *
   * @param call what to ask
   * @param onAnswer gets exactly one answer, on a thread of the implementation's; failures are
   *     answers too
   */
  void call(ApiCall call, Consumer<ApiAnswer> onAnswer);
}
