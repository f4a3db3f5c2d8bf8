package dev.revoker.sandbox;

import dev.revoker.model.Secret;
import org.jspecify.annotations.Nullable;

/**
 * What the account API says to a call, without any fault: the documented parameters and errors, and
 * the inferred ones as shared notes on the API have them.
 */
final class AccountApi {
  private final Vault vault;
  private final FaultBoard board;

  AccountApi(Vault vault, FaultBoard board) {
    this.vault = vault;
    this.board = board;
  }

  /** Does what is asked. */
  Answer answer(Endpoint endpoint, HttpRequest request) {
    String version = request.parameter("v");
    if (version == null) {
      return Answer.missing("v");
    }
    if (!version.equals("1")) {
      return Answer.invalid("v");
    }
    return switch (endpoint) {
      case LOGIN -> login(request);
      case LOGOUT -> logout(request);
      case GENERATE_API_KEY -> generate(request);
      case REMOVE_API_KEY -> remove(request);
      case UPDATE_PASSWORD -> updatePassword(request);
    };
  }

  private Answer login(HttpRequest request) {
    String user = request.parameterOrHeader("username", "x-auth-user");
    if (user == null) {
      return Answer.missing("username");
    }
    String password = request.parameterOrHeader("password", "x-auth-password");
    if (password != null) {
      return vault.passwordFits(user, Secret.of(password)) ? session(user) : Answer.LOGIN_INVALID;
    }
    String key = request.parameterOrHeader("securekey", "x-auth-securekey");
    if (key == null) {
      return Answer.missing("password");
    }
    return switch (vault.keyLogin(user, key)) {
      case WELCOME -> session(user);
      case WRONG -> Answer.LOGIN_INVALID;
      case REMOVED -> Answer.ACCOUNT_UNPRIVILEGED;
    };
  }

  private Answer session(String user) {
    return Answer.of("ApiToken", vault.openSession(user));
  }

  private Answer logout(HttpRequest request) {
    String token = request.parameter("api_token");
    if (token == null) {
      return Answer.missing("api_token");
    }
    if (vault.sessionOf(token) == null) {
      return Answer.BAD_API_TOKEN;
    }
    vault.closeSession(token);
    return Answer.DONE;
  }

  private Answer generate(HttpRequest request) {
    String token = request.parameter("api_token");
    if (token == null) {
      return Answer.missing("api_token");
    }
    String account = vault.sessionOf(token);
    if (account == null) {
      return Answer.BAD_API_TOKEN;
    }
    Boolean force = bool(request.parameter("force_new"));
    if (force == null) {
      return Answer.invalid("force_new");
    }
    String of = request.parameter("account_id");
    if (of != null && !of.equals(account)) {
      return Answer.ACCOUNT_UNPRIVILEGED;
    }
    return Answer.of("ApiKey", force ? vault.makeKey(account) : vault.existingKey(account));
  }

  private Answer remove(HttpRequest request) {
    String token = request.parameter("api_token");
    if (token == null) {
      return Answer.missing("api_token");
    }
    String key = request.parameter("api_securekey");
    if (key == null) {
      return Answer.missing("api_securekey");
    }
    if (!KeyTable.isHex(key)) {
      return Answer.invalid("api_securekey");
    }
    String account = vault.sessionOf(token);
    if (account == null) {
      return Answer.BAD_API_TOKEN;
    }
    return switch (vault.removeKey(account, key)) {
      case REMOVED -> Answer.DONE;
      case NOT_FOUND -> Answer.ITEM_NOT_FOUND;
      case NOT_YOURS ->
          switch (board.otherAccountKey()) {
            case ITEM_NOT_FOUND -> Answer.ITEM_NOT_FOUND;
            case ACCOUNT_UNPRIVILEGED -> Answer.ACCOUNT_UNPRIVILEGED;
          };
    };
  }

  private Answer updatePassword(HttpRequest request) {
    String token = request.parameter("api_token");
    if (token == null) {
      return Answer.missing("api_token");
    }
    String password = request.parameter("new_password");
    if (password == null) {
      return Answer.missing("new_password");
    }
    String account = vault.sessionOf(token);
    if (account == null) {
      return Answer.BAD_API_TOKEN;
    }
    vault.addAccount(account, Secret.of(password));
    return Answer.DONE;
  }

  /** Clients send "True" as well as "true"; null where it is neither true nor false. */
  private static @Nullable Boolean bool(@Nullable String text) {
    if (text == null || text.equalsIgnoreCase("false")) {
      return false;
    }
    return text.equalsIgnoreCase("true") ? true : null;
  }
}
