package dev.revoker.sandbox;

import dev.revoker.model.Secret;
import dev.revoker.time.Time;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Accounts, their keys and their sessions. Keys and tokens are hex and may be given in either case.
 * Thread-safe.
 */
final class AccountStore {
  private final Time time;
  private final long sessionLifeMs;
  private final RandomGenerator random;
  private final Map<String, Account> accounts = new HashMap<>();
  private final Map<String, Key> keys = new HashMap<>();
  private final Map<String, Session> sessions = new LinkedHashMap<>(16, 0.75f, true);
  private int removed;

  /**
   * @param sessionLifeMs a session expires when it has not been used for longer
   */
  AccountStore(Time time, long sessionLifeMs, RandomGenerator random) {
    this.time = time;
    this.sessionLifeMs = sessionLifeMs;
    this.random = random;
  }

  /** The result of a removal. */
  enum Removal {
    REMOVED,
    /** The key never existed, or it was removed before. */
    NOT_FOUND,
    /** The key is active and belongs to another account. */
    OTHER_ACCOUNT
  }

  /** The result of a login with a key. */
  enum KeyLogin {
    ACCEPTED,
    /** The key never existed, or it belongs to another account. */
    WRONG,
    REMOVED
  }

  private static final class Account {
    Secret password;
    final List<Key> keys = new ArrayList<>(1);

    Account(Secret password) {
      this.password = password;
    }
  }

  private static final class Key {
    final String digits;
    final Account owner;
    boolean active = true;

    Key(String digits, Account owner) {
      this.digits = digits;
      this.owner = owner;
    }
  }

  private record Session(String account, long lastUsedMs) {}

  /** Adds the account; if it exists, changes its password. */
  synchronized void addAccount(String name, Secret password) {
    accounts.computeIfAbsent(name, absent -> new Account(password)).password = password;
  }

  /** Gives the account this key, active. */
  synchronized void addKey(String name, String key) {
    Account account = account(name);
    Key added = new Key(normalized(key), account);
    if (keys.putIfAbsent(added.digits, added) != null) {
      throw new IllegalArgumentException("the account API has had this key before");
    }
    account.keys.add(added);
  }

  /** Makes a key of 32 digits for the account. */
  synchronized String makeKey(String name) {
    String key = randomHex();
    addKey(name, key);
    return key;
  }

  /** The youngest active key of the account; a new one if it has none. */
  synchronized String existingKey(String name) {
    List<Key> made = account(name).keys;
    while (!made.isEmpty() && !made.getLast().active) {
      made.removeLast();
    }
    return made.isEmpty() ? makeKey(name) : made.getLast().digits;
  }

  /** Removes a key with a session of the account. */
  synchronized Removal removeKey(String name, String key) {
    Key found = keys.get(normalized(key));
    if (found == null || !found.active) {
      return Removal.NOT_FOUND;
    }
    if (found.owner != account(name)) {
      return Removal.OTHER_ACCOUNT;
    }
    found.active = false;
    removed++;
    return Removal.REMOVED;
  }

  synchronized boolean acceptsPassword(String name, Secret password) {
    Account account = accounts.get(name);
    return account != null && account.password.equals(password);
  }

  synchronized KeyLogin keyLogin(String name, String key) {
    Account account = accounts.get(name);
    Key found = keys.get(normalized(key));
    if (account == null || found == null || found.owner != account) {
      return KeyLogin.WRONG;
    }
    return found.active ? KeyLogin.ACCEPTED : KeyLogin.REMOVED;
  }

  /** Opens a session and returns its token. */
  synchronized String openSession(String account) {
    dropExpired();
    String token = randomHex();
    sessions.put(token, new Session(account, time.millis()));
    return token;
  }

  /** The account of a session, or null if there is no such session. Counts as use of it. */
  synchronized @Nullable String sessionOf(String token) {
    dropExpired();
    String id = normalized(token);
    Session session = sessions.get(id);
    if (session == null) {
      return null;
    }
    sessions.put(id, new Session(session.account(), time.millis()));
    return session.account();
  }

  synchronized void closeSession(String token) {
    sessions.remove(normalized(token));
  }

  /** Ends the sessions of one account, or all sessions if it is null. */
  synchronized void expireSessions(@Nullable String account) {
    sessions.values().removeIf(session -> account == null || session.account().equals(account));
  }

  synchronized boolean isActive(String key) {
    Key found = keys.get(normalized(key));
    return found != null && found.active;
  }

  synchronized int accountCount() {
    return accounts.size();
  }

  synchronized int activeKeys() {
    return keys.size() - removed;
  }

  synchronized int removedKeys() {
    return removed;
  }

  synchronized void clear() {
    accounts.clear();
    sessions.clear();
    keys.clear();
    removed = 0;
  }

  /** Whether the text consists of hex digits, at least one. */
  static boolean isHex(String text) {
    return !text.isEmpty() && text.chars().allMatch(HexFormat::isHexDigit);
  }

  private Account account(String name) {
    Account account = accounts.get(name);
    if (account == null) {
      throw new IllegalArgumentException("no account " + name);
    }
    return account;
  }

  /** The map is in the order of last use, so the expired sessions come first. */
  private void dropExpired() {
    long oldest = time.millis() - sessionLifeMs;
    Iterator<Session> all = sessions.values().iterator();
    while (all.hasNext() && all.next().lastUsedMs() < oldest) {
      all.remove();
    }
  }

  private static String normalized(String hex) {
    return hex.toLowerCase(Locale.ROOT);
  }

  private String randomHex() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
  }
}
