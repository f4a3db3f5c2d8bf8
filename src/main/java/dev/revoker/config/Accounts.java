package dev.revoker.config;

import dev.revoker.model.Credentials;
import dev.revoker.model.Secret;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The accounts whose sessions call the API, and how each gets its session.
 *
 * @param byName in the order of {@code accounts}
 * @param byDefault the account of requests that name none, or {@link Config#ANY_ACCOUNT}; null if
 *     they must name one
 */
record Accounts(Map<String, Credentials> byName, @Nullable String byDefault) {
  static final Accounts NONE = new Accounts(Map.of(), null);

  private static final String ACCOUNTS = "accounts";
  private static final String DEFAULT = "default.account";
  private static final String PREFIX = "account.";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");
  private static final int MOST = 1_000;

  /** Whether the key configures accounts. */
  static boolean owns(String key) {
    return key.equals(ACCOUNTS) || key.equals(DEFAULT) || key.startsWith(PREFIX);
  }

  static Accounts read(SettingsReader in) {
    List<String> names = names(in);
    if (in.blamed(ACCOUNTS)) {
      // Without the list of names these keys cannot be checked.
      in.takeAll(key -> key.startsWith(PREFIX));
    } else {
      in.wrongIfUnlisted(
          PREFIX,
          names,
          "username|password|securekey|api\\.token",
          String.format(Locale.ROOT, "names no account of accounts (%s)", shown(names)));
    }
    Map<String, Credentials> byName = new LinkedHashMap<>();
    names.forEach(name -> byName.put(name, credentials(in, PREFIX + name + ".")));
    return new Accounts(byName, byDefault(in, names));
  }

  private static List<String> names(SettingsReader in) {
    String allowed = "different names of A-Z, a-z, 0-9, - and _, separated by commas";
    Setting setting = in.take(ACCOUNTS);
    if (setting == null || setting.text().isEmpty()) {
      in.declare(ACCOUNTS, SettingsReader.NONE, allowed);
      in.show(ACCOUNTS, SettingsReader.NONE, "default");
      in.warn(ACCOUNTS, "no account is configured, so only requests with an api_token can succeed");
      return List.of();
    }
    List<String> names =
        in.read(
            ACCOUNTS,
            allowed,
            SettingsReader.NONE,
            List.of(),
            text -> SettingsReader.names(text, NAME, MOST));
    if (names.contains(Config.ANY_ACCOUNT)) {
      in.wrong(setting, "no account may be called any, which is default.account's word for all");
    }
    return names;
  }

  private static @Nullable String byDefault(SettingsReader in, List<String> names) {
    String only = names.size() == 1 ? names.getFirst() : null;
    in.declare(DEFAULT, "the only account", "one of accounts, or any");
    Setting setting = in.usable(DEFAULT, only == null ? SettingsReader.NONE : only);
    if (setting == null) {
      return only;
    }
    boolean known =
        setting.text().equals(Config.ANY_ACCOUNT)
            ? !names.isEmpty()
            : names.contains(setting.text());
    if (!known && !in.blamed(ACCOUNTS)) {
      in.wrong(
          setting,
          String.format(Locale.ROOT, "must be one of accounts (%s), or any", shown(names)));
    }
    return setting.text();
  }

  private static Credentials credentials(SettingsReader in, String prefix) {
    String username = header(in, prefix + "username");
    String password = header(in, prefix + "password");
    String securekey = header(in, prefix + "securekey");
    String token = header(in, prefix + "api.token");
    String mistake = mistake(in, prefix);
    if (mistake != null) {
      in.wrong(
          prefix + mistake,
          "an account has a username with either a password or a securekey, or an api.token"
              + " alone");
    }
    if (in.has(prefix + "api.token")) {
      return new Credentials.ApiToken(Secret.of(token));
    }
    return in.has(prefix + "securekey")
        ? new Credentials.SecureKey(username, Secret.of(securekey))
        : new Credentials.Password(username, Secret.of(password));
  }

  /** Which key is missing or must be removed; null if the four keys are a valid combination. */
  private static @Nullable String mistake(SettingsReader in, String prefix) {
    boolean user = in.has(prefix + "username");
    boolean password = in.has(prefix + "password");
    boolean securekey = in.has(prefix + "securekey");
    if (in.has(prefix + "api.token")) {
      return user || password || securekey
          ? "api.token cannot be combined with other credentials"
          : null;
    }
    if (password && securekey) {
      return "password cannot be combined with a securekey";
    }
    if (!user) {
      return "username is missing";
    }
    return password || securekey ? null : "password is missing";
  }

  /** Reads a value that is sent in an HTTP header, where other characters would be changed. */
  private static String header(SettingsReader in, String key) {
    String allowed =
        "printable ASCII without blanks at either end, because it is sent as an HTTP header";
    in.declare(key, SettingsReader.NONE, allowed);
    Setting setting = in.has(key) ? in.usable(key, SettingsReader.NONE) : null;
    if (setting == null) {
      return "";
    }
    String value = setting.resolved().reveal();
    if (!value.matches("[!-~]([ -~]{0,1022}[!-~])?")) {
      in.wrong(setting, "must be " + allowed);
    }
    return value;
  }

  private static String shown(Collection<String> names) {
    return names.isEmpty() ? SettingsReader.NONE : String.join(", ", names);
  }
}
