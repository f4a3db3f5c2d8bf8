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
 * Accounts, their keys and their sessions. Names, keys and tokens may be given in either case.
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
    /** The key is not removed and belongs to an account that this one may not change. */
    OTHER_ACCOUNT
  }

  /** The result of a login. */
  enum Login {
    ACCEPTED,
    /** No such account, a wrong password, or a key that the account never had. */
    WRONG,
    REMOVED_KEY,
    /** Too many logins were refused before. */
    LOCKED
  }

  private static final class Account {
    final String name;
    final @Nullable Account parent;
    final List<Key> keys = new ArrayList<>(1);
    Secret password;
    int refusedInARow;

    Account(String name, Secret password, @Nullable Account parent) {
      this.name = name;
      this.password = password;
      this.parent = parent;
    }
  }

  private static final class Key {
    final String digits;
    final Account owner;
    boolean removed;
    long logsInUntilMs;

    Key(String digits, Account owner) {
      this.digits = digits;
      this.owner = owner;
    }
  }

  private record Session(Account account, long lastUsedMs) {}

  /**
   * Adds the account; if it exists, changes its password.
   *
   * @throws IllegalArgumentException if there is no such parent
   */
  synchronized void addAccount(String name, Secret password, @Nullable String parent) {
    Account above = parent == null ? null : account(parent);
    accounts.computeIfAbsent(normalized(name), absent -> new Account(name, password, above))
            .password =
        password;
  }

  /** Gives the account this key. */
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

  /** The youngest key of the account that is not removed; a new one if it has none. */
  synchronized String existingKey(String name) {
    List<Key> made = account(name).keys;
    while (!made.isEmpty() && made.getLast().removed) {
      made.removeLast();
    }
    return made.isEmpty() ? makeKey(name) : made.getLast().digits;
  }

  /** Removes a key with a session of the account. */
  synchronized Removal removeKey(String name, String key, Undocumented how) {
    Key found = keys.get(normalized(key));
    if (found == null || found.removed) {
      return Removal.NOT_FOUND;
    }
    if (how.parentRemoves() ? !mayChange(name, found.owner.name) : found.owner != account(name)) {
      return Removal.OTHER_ACCOUNT;
    }
    found.removed = true;
    found.logsInUntilMs = time.millis() + how.removalDelayMs();
    removed++;
    return Removal.REMOVED;
  }

  /** Logs in with a password, or with a key if the password is null. */
  synchronized Login login(String name, @Nullable Secret password, String key, Undocumented how) {
    Account account = accounts.get(normalized(name));
    if (account == null) {
      return Login.WRONG;
    }
    if (locked(account, how)) {
      return Login.LOCKED;
    }
    Login result =
        password == null
            ? keyLogin(account, keys.get(normalized(key)))
            : account.password.equals(password) ? Login.ACCEPTED : Login.WRONG;
    account.refusedInARow = result == Login.ACCEPTED ? 0 : account.refusedInARow + 1;
    return result;
  }

  private Login keyLogin(Account account, @Nullable Key key) {
    if (key == null || key.owner != account) {
      return Login.WRONG;
    }
    return logsIn(key) ? Login.ACCEPTED : Login.REMOVED_KEY;
  }

  /** The names of the accounts that accept no login. */
  synchronized List<String> locked(Undocumented how) {
    return accounts.values().stream()
        .filter(account -> locked(account, how))
        .map(account -> account.name)
        .sorted()
        .toList();
  }

  /** Forgets the refused logins of an account, or of all accounts if it is null. */
  synchronized void unlock(@Nullable String name) {
    accounts.values().stream()
        .filter(account -> name == null || account.name.equalsIgnoreCase(name))
        .forEach(account -> account.refusedInARow = 0);
  }

  /** Opens a session and returns its token. */
  synchronized String openSession(String account) {
    dropExpired();
    String token = randomHex();
    sessions.put(token, new Session(account(account), time.millis()));
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
    return session.account().name;
  }

  synchronized void closeSession(String token) {
    sessions.remove(normalized(token));
  }

  /** Ends the sessions of one account, or all sessions if it is null. */
  synchronized void expireSessions(@Nullable String account) {
    sessions
        .values()
        .removeIf(
            session -> account == null || session.account() == accounts.get(normalized(account)));
  }

  synchronized boolean exists(String name) {
    return accounts.containsKey(normalized(name));
  }

  /** Whether the second account is the first one or a descendant of it. */
  synchronized boolean mayChange(String account, String other) {
    Account above = account(account);
    for (Account each = account(other); each != null; each = each.parent) {
      if (each == above) {
        return true;
      }
    }
    return false;
  }

  /** Whether a login with the key would be accepted now, if its account is not locked. */
  synchronized boolean isActive(String key) {
    Key found = keys.get(normalized(key));
    return found != null && logsIn(found);
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

  private static boolean locked(Account account, Undocumented how) {
    int most = how.lockAfterRefusedLogins();
    return most > 0 && account.refusedInARow >= most;
  }

  private boolean logsIn(Key key) {
    return !key.removed || time.millis() < key.logsInUntilMs;
  }

  private Account account(String name) {
    Account account = accounts.get(normalized(name));
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

  private static String normalized(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  private String randomHex() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
  }
}
