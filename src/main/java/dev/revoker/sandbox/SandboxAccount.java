package dev.revoker.sandbox;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.revoker.model.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * An account of the sandbox with its credentials. Accounts can be stored in a file, as JSON: {@code
 * [{"username": "acme", "password": "...", "keys": ["..."], "parent": "..."}]}.
 *
 * @param name its username, which is also its account_id
 * @param keys its active keys, hex
 * @param parent the account whose sessions have access to this one, or null
 */
public record SandboxAccount(
    String name, Secret password, List<Secret> keys, @Nullable String parent) {
  private static final JsonMapper JSON = JsonMapper.shared();

  public SandboxAccount {
    keys = List.copyOf(keys);
  }

  /** An account without a parent. */
  public SandboxAccount(String name, Secret password, List<Secret> keys) {
    this(name, password, keys, null);
  }

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Entry(
      @Nullable String username,
      @Nullable String password,
      @Nullable List<String> keys,
      @Nullable String parent) {
    static Entry of(SandboxAccount account) {
      return new Entry(
          account.name(),
          account.password().reveal(),
          account.keys().stream().map(Secret::reveal).toList(),
          account.parent());
    }
  }

  /**
   * Reads accounts from a file.
   *
   * @throws IOException if the file cannot be read or an account is incomplete; the message names
   *     the place and contains nothing of the file
   */
  public static List<SandboxAccount> readFile(Path file) throws IOException {
    Entry[] entries;
    try {
      entries = JSON.readValue(Files.readString(file), Entry[].class);
    } catch (JacksonException e) {
      throw new IOException(
          file + ": not a JSON array of accounts, near line " + e.getLocation().getLineNr());
    }
    List<SandboxAccount> accounts = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Entry entry : entries) {
      String where = file + ": account " + (accounts.size() + 1) + ": ";
      accounts.add(checked(where, entry, names));
    }
    return accounts;
  }

  /** Writes accounts for {@link #readFile}. A new file is readable by its owner only. */
  public static void writeFile(Path file, List<SandboxAccount> accounts) throws IOException {
    if (!Files.exists(file)) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    List<Entry> entries = accounts.stream().map(Entry::of).toList();
    Files.writeString(file, JSON.writeValueAsString(entries) + "\n");
  }

  private static SandboxAccount checked(String where, Entry entry, Set<String> names)
      throws IOException {
    String name = entry.username();
    if (name == null || name.isEmpty() || entry.password() == null) {
      throw new IOException(where + "needs a username and a password");
    }
    List<String> keys = entry.keys() == null ? List.of() : entry.keys();
    if (!keys.stream().allMatch(AccountStore::isHex)) {
      throw new IOException(where + "keys must be hex");
    }
    if (entry.parent() != null && !names.contains(entry.parent().toLowerCase(Locale.ROOT))) {
      throw new IOException(where + "its parent must be an account before it in the file");
    }
    names.add(name.toLowerCase(Locale.ROOT));
    return new SandboxAccount(
        name, Secret.of(entry.password()), keys.stream().map(Secret::of).toList(), entry.parent());
  }
}
