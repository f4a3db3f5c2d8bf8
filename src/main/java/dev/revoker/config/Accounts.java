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

/** The accounts whose sessions call the API, and how each gets its session. */
final class Accounts {
  static final String HEADER_TEXT =
      "printable ASCII without blanks at either end, because it is sent as an HTTP header";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");
  private static final int MOST = 1_000;
  private static final String PREFIX = "account.";
  private static final String KINDS =
      "an account has a username with either a password or a securekey, or an api.token alone";

  private Accounts() {}

  /** Whether the text is a key that configures accounts, or a line that begins with such a key. */
  static boolean owns(String key) {
    return key.matches("(accounts|default\\.account|account\\..*)(:.*)?");
  }

  /** The credentials by account name, in the order of {@code accounts}. */
  static Map<String, Credentials> read(SettingsReader in) {
    List<String> names = names(in);
    if (in.problems().has(Keys.ACCOUNTS.name())) {
      // Without the list of names these keys cannot be checked.
      in.takeAll(key -> key.startsWith(PREFIX));
      return Map.of();
    }
    NameLists.reportUnlisted(
        in,
        PREFIX,
        names,
        "username|password|securekey|api\\.token",
        String.format(Locale.ROOT, "names no account of accounts (%s)", shown(names)));
    Map<String, Credentials> accounts = new LinkedHashMap<>();
    names.forEach(name -> accounts.put(name, credentials(in, name)));
    return accounts;
  }

  private static List<String> names(SettingsReader in) {
    String key = Keys.ACCOUNTS.name();
    Setting list = in.take(key);
    if (list == null || list.text().isEmpty()) {
      in.report().unset(key);
      in.report()
          .warn(key, "no account is configured, so only requests with an api_token can succeed");
      return List.of();
    }
    List<String> names = NameLists.parse(list.text(), NAME, MOST);
    if (in.usable(key) != null && names == null) {
      in.problems().wrong(list, "must be " + Keys.ACCOUNTS.allowed());
    }
    return names == null ? List.of() : names;
  }

  /** Reads {@code default.account}; null if each request must name its account. */
  static @Nullable String byDefault(SettingsReader in, Map<String, Credentials> accounts) {
    String key = Keys.DEFAULT_ACCOUNT.name();
    Setting setting = in.usable(key);
    if (setting != null) {
      if (!accounts.containsKey(setting.text()) && !in.problems().has(Keys.ACCOUNTS.name())) {
        in.problems()
            .wrong(
                setting,
                String.format(
                    Locale.ROOT, "must be one of accounts (%s)", shown(accounts.keySet())));
      }
      return setting.text();
    }
    if (accounts.size() == 1) {
      String only = accounts.keySet().iterator().next();
      in.report().byDefault(key, only);
      return only;
    }
    in.report().unset(key);
    return null;
  }

  private static Credentials credentials(SettingsReader in, String account) {
    String prefix = PREFIX + account + ".";
    boolean user = in.has(prefix + "username");
    boolean password = in.has(prefix + "password");
    boolean securekey = in.has(prefix + "securekey");
    boolean token = in.has(prefix + "api.token");
    String username = header(in, prefix + "username");
    Secret passwordText = Secret.of(header(in, prefix + "password"));
    Secret securekeyText = Secret.of(header(in, prefix + "securekey"));
    Secret tokenText = Secret.of(header(in, prefix + "api.token"));
    String why = mistake(user, password, securekey, token);
    if (why != null) {
      in.problems().wrong(prefix + why, KINDS);
    }
    if (token) {
      return new Credentials.ApiToken(tokenText);
    }
    return securekey
        ? new Credentials.SecureKey(username, securekeyText)
        : new Credentials.Password(username, passwordText);
  }

  private static String shown(Collection<String> names) {
    return names.isEmpty() ? "none" : String.join(", ", names);
  }

  /** Which key is missing or must be removed; null if the four keys are a valid combination. */
  private static @Nullable String mistake(
      boolean user, boolean password, boolean securekey, boolean token) {
    if (token) {
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
    Setting setting = in.usable(key);
    if (setting == null) {
      return "";
    }
    String value = setting.resolved().reveal();
    if (!value.matches("[!-~]([ -~]{0,1022}[!-~])?")) {
      in.problems().wrong(setting, "must be " + HEADER_TEXT);
    }
    return value;
  }
}
