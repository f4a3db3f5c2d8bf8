package dev.revoker.sandbox;

import dev.revoker.model.Secret;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * An account of the sandbox with its credentials. Accounts can be stored in a file, as JSON: {@code
 * [{"username": "acme", "password": "...", "keys": ["..."]}]}.
 *
 * @param name its username
 * @param keys its active keys, hex
 */
public record SandboxAccount(String name, Secret password, List<Secret> keys) {
  private static final JsonMapper JSON = JsonMapper.shared();

  public SandboxAccount {
    keys = List.copyOf(keys);
  }

  private record Entry(
      @Nullable String username, @Nullable String password, @Nullable List<String> keys) {}

  /**
   * Reads accounts from a file.
   *
   * @throws IOException if the file cannot be read or an account is incomplete; the message names
   *     the place and contains nothing of the file
   */
  public static List<SandboxAccount> readFile(Path file) throws IOException {
    String text = Files.readString(file);
    Entry[] entries;
    try {
      entries = JSON.readValue(text, Entry[].class);
    } catch (JacksonException e) {
      throw new IOException(
          file + ": not a JSON array of accounts, near line " + e.getLocation().getLineNr());
    }
    List<SandboxAccount> accounts = new ArrayList<>();
    for (Entry entry : entries) {
      accounts.add(checked(file + ": account " + (accounts.size() + 1) + ": ", entry));
    }
    return accounts;
  }

  /** Writes accounts for {@link #readFile}. A new file is readable by its owner only. */
  public static void writeFile(Path file, List<SandboxAccount> accounts) throws IOException {
    List<Entry> entries =
        accounts.stream()
            .map(
                account ->
                    new Entry(
                        account.name(),
                        account.password().reveal(),
                        account.keys().stream().map(Secret::reveal).toList()))
            .toList();
    if (!Files.exists(file)) {
      Files.createFile(file, ownerOnly());
    }
    Files.writeString(file, JSON.writeValueAsString(entries) + "\n");
  }

  private static SandboxAccount checked(String where, Entry entry) throws IOException {
    if (entry.username() == null || entry.username().isEmpty() || entry.password() == null) {
      throw new IOException(where + "needs a username and a password");
    }
    List<String> keys = entry.keys() == null ? List.of() : entry.keys();
    if (!keys.stream().allMatch(AccountStore::isHex)) {
      throw new IOException(where + "keys must be hex");
    }
    return new SandboxAccount(
        entry.username(), Secret.of(entry.password()), keys.stream().map(Secret::of).toList());
  }

  private static FileAttribute<?>[] ownerOnly() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }
}
