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
 * Accounts, their keys and their sessions. Safe on any thread. Ids are hex and may come in either
 * case.
 */
final class Vault {
  private final Time time;
  private final long sessionLifeMs;
  private final RandomGenerator random;
  private final Map<String, Account> accounts = new HashMap<>();
  private final List<Account> byIndex = new ArrayList<>();
  private final Map<String, Session> sessions = new LinkedHashMap<>(16, 0.75f, true);
  private KeyTable keys = new KeyTable();
  private int active;
  private int removed;

  /**
   * @param sessionLifeMs a session ends when it was idle for longer
   */
  Vault(Time time, long sessionLifeMs, RandomGenerator random) {
    this.time = time;
    this.sessionLifeMs = sessionLifeMs;
    this.random = random;
  }

  /** What came of a removal. */
  enum Removal {
    REMOVED,
    /** Never made, or removed before. */
    NOT_FOUND,
    /** Active, and another account's. */
    NOT_YOURS
  }

  /** What a key is worth at login. */
  enum KeyLogin {
    WELCOME,
    /** Never made, or not this account's. */
    WRONG,
    REMOVED
  }

  private static final class Account {
    final int index;
    Secret password;

    /** The key made last that may be active, or -1. */
    int lastKey = -1;

    Account(int index, Secret password) {
      this.index = index;
      this.password = password;
    }
  }

  private record Session(String account, long lastUsedMs) {}

  /** Adds the account, or gives it this password where it exists. */
  synchronized void addAccount(String name, Secret password) {
    Account account = accounts.get(name);
    if (account == null) {
      account = new Account(byIndex.size(), password);
      accounts.put(name, account);
      byIndex.add(account);
    } else {
      account.password = password;
    }
  }

  synchronized boolean hasAccount(String name) {
    return accounts.containsKey(name);
  }

  /** Gives the account this key, active. */
  synchronized void addKey(String name, String key) {
    int index = keys.findOrAdd(key);
    if (keys.state(index) != KeyTable.State.UNKNOWN) {
      throw new IllegalArgumentException("that key was given or made before");
    }
    Account account = account(name);
    keys.activate(index, account.index, account.lastKey);
    account.lastKey = index;
    active++;
  }

  /** Makes a key of 32 digits for the account. */
  synchronized String makeKey(String name) {
    String key = hex();
    addKey(name, key);
    return key;
  }

  /** The youngest active key of the account; a new one where it has none. */
  synchronized String existingKey(String name) {
    Account account = account(name);
    while (account.lastKey >= 0 && keys.state(account.lastKey) != KeyTable.State.ACTIVE) {
      account.lastKey = keys.earlier(account.lastKey);
    }
    return account.lastKey >= 0 ? keys.digits(account.lastKey) : makeKey(name);
  }

  /** Removes a key in the name of the account. */
  synchronized Removal removeKey(String name, String key) {
    int index = keys.find(key);
    if (index < 0 || keys.state(index) != KeyTable.State.ACTIVE) {
      return Removal.NOT_FOUND;
    }
    if (keys.owner(index) != account(name).index) {
      return Removal.NOT_YOURS;
    }
    keys.remove(index);
    active--;
    removed++;
    return Removal.REMOVED;
  }

  synchronized boolean passwordFits(String name, Secret password) {
    Account account = accounts.get(name);
    return account != null && account.password.equals(password);
  }

  synchronized KeyLogin keyLogin(String name, String key) {
    Account account = accounts.get(name);
    int index = keys.find(key);
    if (account == null || index < 0 || keys.owner(index) != account.index) {
      return KeyLogin.WRONG;
    }
    return keys.state(index) == KeyTable.State.ACTIVE ? KeyLogin.WELCOME : KeyLogin.REMOVED;
  }

  /** Opens a session; its token. */
  synchronized String openSession(String account) {
    dropExpired();
    String token = hex();
    sessions.put(token, new Session(account, time.millis()));
    return token;
  }

  /** The account of a session, which counts as used now; null where it is over or never was. */
  synchronized @Nullable String sessionOf(String token) {
    dropExpired();
    String id = token.toLowerCase(Locale.ROOT);
    Session session = sessions.get(id);
    if (session == null) {
      return null;
    }
    sessions.put(id, new Session(session.account(), time.millis()));
    return session.account();
  }

  synchronized void closeSession(String token) {
    sessions.remove(token.toLowerCase(Locale.ROOT));
  }

  /** Ends the sessions of one account, or of all where it is null. */
  synchronized void expireSessions(@Nullable String account) {
    sessions.values().removeIf(session -> account == null || session.account().equals(account));
  }

  synchronized boolean isActive(String key) {
    int index = keys.find(key);
    return index >= 0 && keys.state(index) == KeyTable.State.ACTIVE;
  }

  /** The key's number, by which its calls are noted; a new one where it was never seen. */
  synchronized int keyNumber(String key) {
    return keys.findOrAdd(key);
  }

  /** The key's number, or -1 where it was never seen. */
  synchronized int knownKeyNumber(String key) {
    return keys.find(key);
  }

  synchronized int accountCount() {
    return accounts.size();
  }

  synchronized int activeKeys() {
    return active;
  }

  synchronized int removedKeys() {
    return removed;
  }

  synchronized void clear() {
    accounts.clear();
    byIndex.clear();
    sessions.clear();
    keys = new KeyTable();
    active = 0;
    removed = 0;
  }

  private Account account(String name) {
    Account account = accounts.get(name);
    if (account == null) {
      throw new IllegalArgumentException("no account " + name);
    }
    return account;
  }

  /** The map is in the order of last use, so the expired ones are the first. */
  private void dropExpired() {
    long oldest = time.millis() - sessionLifeMs;
    Iterator<Session> all = sessions.values().iterator();
    while (all.hasNext() && all.next().lastUsedMs() < oldest) {
      all.remove();
    }
  }

  private String hex() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
  }
}
