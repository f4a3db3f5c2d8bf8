package dev.revoker.sandbox;

import dev.revoker.model.Secret;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What the sandbox knows for certain: which keys are active, and which calls arrived. Tests and the
 * demo compare the worker's results with it. Thread-safe; keys may be given in either case.
 *
 * <p>An answer is named by its status and error type, such as {@code 204} or {@code 400
 * ITEM_NOT_FOUND}. A {@link Fault} without effect is named instead of the answer, such as {@code
 * reset}. A fault with effect is named before it, such as {@code close_after_effect 204}. Every
 * call during an outage is named {@code outage}.
 */
public final class SandboxLedger {
  private final AccountStore store;
  private final CallStats stats;

  SandboxLedger(AccountStore store, CallStats stats) {
    this.store = store;
    this.stats = stats;
  }

  /**
   * A call to remove_api_key.
   *
   * @param order numbers the calls for all keys in the order of their arrival
   * @param session numbers the tokens in the order of their first call; -1 if the call had none, or
   *     if there were too many tokens
   * @param answer the name of the answer or fault
   */
  public record Call(int order, Instant at, int session, String answer) {}

  /** Whether a login with the key would succeed now. */
  public boolean isActive(Secret key) {
    return store.isActive(key.reveal());
  }

  /** How many calls removed the key, whether the client got the answer or not. */
  public int removals(Secret key) {
    String removed = AccountApi.REMOVED.countedAs();
    return (int) calls(key).stream().filter(call -> call.answer().endsWith(removed)).count();
  }

  /** How many calls to remove_api_key named the key. */
  public int callCount(Secret key) {
    return calls(key).size();
  }

  /** The calls to remove_api_key that named the key, among the first million calls. */
  public List<Call> calls(Secret key) {
    return stats.removals(key.reveal());
  }

  /** How often an endpoint gave each answer. */
  public Map<String, Long> answers(Endpoint endpoint) {
    return stats.answers(endpoint);
  }

  /** How many calls an endpoint received. */
  public long calls(Endpoint endpoint) {
    return answers(endpoint).values().stream().mapToLong(Long::longValue).sum();
  }

  /** How often logins of an account got each answer. */
  public Map<String, Long> logins(String account) {
    return stats.logins(account);
  }

  /** How many calls are in flight now. */
  public int inFlight() {
    return stats.inFlight();
  }

  /** The most calls that were in flight at a time. */
  public int maxInFlight() {
    return stats.maxInFlight();
  }

  /** The most calls of an endpoint that were in flight at a time. */
  public int maxInFlight(Endpoint endpoint) {
    return stats.maxInFlight(endpoint);
  }

  /**
   * The most calls to remove_api_key with the same token that were in flight at a time. Every
   * worker has a session of its own, so these calls came from one worker.
   */
  public int maxInFlightOfOneSession() {
    return stats.maxInFlightOfOneSession();
  }

  /** How many accounts exist. */
  public int accounts() {
    return store.accountCount();
  }

  /** How many keys are active. */
  public int activeKeys() {
    return store.activeKeys();
  }

  /** How many keys were removed. */
  public int removedKeys() {
    return store.removedKeys();
  }
}
