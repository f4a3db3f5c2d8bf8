package dev.revoker.sandbox;

import dev.revoker.model.Secret;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The truth of the sandbox: which keys are active, and which calls came in. What tests and the demo
 * hold the worker's results against. Safe on any thread; keys may be given in either case.
 *
 * <p>An answer is named by its status and error type, such as {@code 204} or {@code 400
 * ITEM_NOT_FOUND}. A {@link Fate} stands in its place where there was no effect, such as {@code
 * reset}, and before it where there was one, such as {@code close_after_effect 204}; {@code outage}
 * stands for every call during one.
 */
public final class Ledger {
  private final Vault vault;
  private final Traffic traffic;

  Ledger(Vault vault, Traffic traffic) {
    this.vault = vault;
    this.traffic = traffic;
  }

  /**
   * A call to remove_api_key.
   *
   * @param order counts the calls for all keys in the order of their arrival
   * @param session numbers the tokens that calls came with, in the order of their first call; -1
   *     where there was none, or there were too many
   * @param answer how it was answered, or which fate befell it
   */
  public record Call(int order, Instant at, int session, String answer) {}

  /** Whether the key would log in now. */
  public boolean isActive(Secret key) {
    return vault.isActive(key.reveal());
  }

  /** How many calls removed the key, whether the answer arrived or not. */
  public int removals(Secret key) {
    return (int) calls(key).stream().filter(call -> call.answer().endsWith(Answer.REMOVED)).count();
  }

  /** How many calls to remove_api_key named the key. */
  public int callCount(Secret key) {
    return traffic.removalCount(vault.knownKeyNumber(key.reveal()));
  }

  /** The calls to remove_api_key that named the key, of the first four million in all. */
  public List<Call> calls(Secret key) {
    return traffic.removals(vault.knownKeyNumber(key.reveal()));
  }

  /** How often each answer was given by an endpoint. */
  public Map<String, Long> answers(Endpoint endpoint) {
    return traffic.answers(endpoint);
  }

  /** How many calls an endpoint got. */
  public long calls(Endpoint endpoint) {
    return answers(endpoint).values().stream().mapToLong(Long::longValue).sum();
  }

  /** How often each answer was given to logins of an account. */
  public Map<String, Long> logins(String account) {
    return traffic.logins(account);
  }

  /** How many calls are unanswered just now. */
  public int inFlight() {
    return traffic.inFlight();
  }

  /** The most calls that were unanswered at the same time. */
  public int maxInFlight() {
    return traffic.maxInFlight();
  }

  /** The most calls of an endpoint that were unanswered at the same time. */
  public int maxInFlight(Endpoint endpoint) {
    return traffic.maxInFlight(endpoint);
  }

  /**
   * The most calls to remove_api_key with the same token that were unanswered at the same time. A
   * worker logs in for itself, so all of these were one worker's.
   */
  public int maxInFlightOfOneSession() {
    return traffic.maxInFlightOfOneSession();
  }

  /** How many accounts there are. */
  public int accounts() {
    return vault.accountCount();
  }

  /** How many keys would log in now. */
  public int activeKeys() {
    return vault.activeKeys();
  }

  /** How many keys were removed. */
  public int removedKeys() {
    return vault.removedKeys();
  }
}
