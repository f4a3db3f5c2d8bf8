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
 * Accounts with their credentials in a file, as JSON: {@code [{"username": "acme", "password":
 * "...", "keys": ["..."]}]}.
 */
public final class AccountFile {
  private static final JsonMapper JSON = JsonMapper.shared();

  private AccountFile() {}

  private record Entry(
      @Nullable String username, @Nullable String password, @Nullable List<String> keys) {}

  /**
   * Reads accounts.
   *
   * @throws IOException where the file can't be read or does not fit; the message says where, and
   *     shows nothing of what is in it
   */
  public static List<SandboxAccount> read(Path file) throws IOException {
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
      accounts.add(account(file, accounts.size() + 1, entry));
    }
    return accounts;
  }

  /** Writes accounts so that {@link #read} takes them; only the owner may read a new file. */
  public static void write(Path file, List<SandboxAccount> accounts) throws IOException {
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

  private static SandboxAccount account(Path file, int number, Entry entry) throws IOException {
    String where = file + ": account " + number + ": ";
    if (entry.username() == null || entry.username().isEmpty() || entry.password() == null) {
      throw new IOException(where + "needs a username and a password");
    }
    List<String> keys = entry.keys() == null ? List.of() : entry.keys();
    if (!keys.stream().allMatch(KeyTable::isHex)) {
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
