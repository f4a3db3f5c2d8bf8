package dev.revoker.sandbox;

import dev.revoker.model.Secret;
import dev.revoker.sandbox.HttpReply.Response;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the account API answers a call when no fault is set. The parameters and errors are those that
 * cielo24 documents, and those that its own clients expect.
 */
final class AccountApi {
  /** The response to a removal. Its reason phrase is the one of the documented example. */
  static final Response REMOVED = Response.empty(204, "OK", Map.of());

  static final Response LOGIN_INVALID = error("LOGIN_INVALID", "Invalid username or password");
  static final Response UNHANDLED_ERROR = error("UNHANDLED_ERROR", "An unhandled error occurred");
  private static final Response DONE = REMOVED;
  private static final Response LOCKED =
      error("LOGIN_INVALID", "Account is locked after too many refused logins");
  private static final Response BAD_API_TOKEN =
      error("BAD_API_TOKEN", "Invalid or expired API token");
  private static final Response ACCOUNT_UNPRIVILEGED =
      error("ACCOUNT_UNPRIVILEGED", "Account does not have permission to access/change this data");
  private static final Response ACCOUNT_DOES_NOT_EXIST =
      error("ACCOUNT_DOES_NOT_EXIST", "Account does not exist");
  private static final Response ITEM_NOT_FOUND = error("ITEM_NOT_FOUND", "API key not found");

  private final AccountStore store;

  AccountApi(AccountStore store) {
    this.store = store;
  }

  Response answer(Endpoint endpoint, SandboxRequest request, Undocumented how) {
    String version = request.parameter("v");
    if (version == null) {
      return missing("v");
    }
    if (!version.equals("1")) {
      return invalid("v");
    }
    return endpoint == Endpoint.LOGIN ? login(request, how) : withSession(endpoint, request, how);
  }

  private Response login(SandboxRequest request, Undocumented how) {
    String user = request.parameterOrHeader("username", "x-auth-user");
    if (user == null) {
      return missing("username");
    }
    String password = request.parameterOrHeader("password", "x-auth-password");
    String key = request.parameterOrHeader("securekey", "x-auth-securekey");
    if (password == null && key == null) {
      return missing("password");
    }
    Secret secret = password == null ? null : Secret.of(password);
    return switch (store.login(user, secret, key == null ? "" : key, how)) {
      case ACCEPTED -> ok("ApiToken", store.openSession(user));
      case WRONG -> LOGIN_INVALID;
      case LOCKED -> LOCKED;
      case REMOVED_KEY ->
          switch (how.removedKeyLogin()) {
            case ACCOUNT_UNPRIVILEGED -> ACCOUNT_UNPRIVILEGED;
            case LOGIN_INVALID -> LOGIN_INVALID;
          };
    };
  }

  private Response withSession(Endpoint endpoint, SandboxRequest request, Undocumented how) {
    String token = request.parameter("api_token");
    if (token == null) {
      return missing("api_token");
    }
    String needed =
        switch (endpoint) {
          case REMOVE_API_KEY -> "api_securekey";
          case UPDATE_PASSWORD -> "new_password";
          default -> "api_token";
        };
    String value = request.parameter(needed);
    if (value == null) {
      return missing(needed);
    }
    if (needed.equals("api_securekey") && !AccountStore.isHex(value)) {
      return invalid(needed);
    }
    String account = store.sessionOf(token);
    if (account == null) {
      return BAD_API_TOKEN;
    }
    return switch (endpoint) {
      case LOGOUT -> {
        store.closeSession(token);
        yield DONE;
      }
      case GENERATE_API_KEY -> generateKey(account, request);
      case REMOVE_API_KEY -> removeKey(account, value, how);
      case UPDATE_PASSWORD -> updatePassword(account, request.parameter("username"), value);
      case VERIFY_KEY -> ok("name", account);
      case GET_SETTINGS -> ok("username", account);
      case LOGIN -> throw new IllegalArgumentException("a login has no session");
    };
  }

  private Response generateKey(String account, SandboxRequest request) {
    Boolean force = bool(request.parameter("force_new"));
    if (force == null) {
      return invalid("force_new");
    }
    String of = request.parameter("account_id");
    String owner = of == null ? account : of;
    Response refusal = refusal(account, owner);
    return refusal == null
        ? ok("ApiKey", force ? store.makeKey(owner) : store.existingKey(owner))
        : refusal;
  }

  private Response removeKey(String account, String key, Undocumented how) {
    return switch (store.removeKey(account, key, how)) {
      case REMOVED -> REMOVED;
      case NOT_FOUND -> ITEM_NOT_FOUND;
      case OTHER_ACCOUNT ->
          switch (how.otherAccountKey()) {
            case ITEM_NOT_FOUND -> ITEM_NOT_FOUND;
            case ACCOUNT_UNPRIVILEGED -> ACCOUNT_UNPRIVILEGED;
          };
    };
  }

  private Response updatePassword(String account, @Nullable String other, String password) {
    String changed = other == null ? account : other;
    Response refusal = refusal(account, changed);
    if (refusal == null) {
      store.addAccount(changed, Secret.of(password), null);
      return DONE;
    }
    return refusal;
  }

  /** Why a session of the account may not act for the other account; null if it may. */
  private @Nullable Response refusal(String account, String other) {
    if (!store.exists(other)) {
      return ACCOUNT_DOES_NOT_EXIST;
    }
    return store.mayChange(account, other) ? null : ACCOUNT_UNPRIVILEGED;
  }

  /** Clients send "True" as well as "true". Null if the text is neither true nor false. */
  private static @Nullable Boolean bool(@Nullable String text) {
    if (text == null || text.equalsIgnoreCase("false")) {
      return false;
    }
    return text.equalsIgnoreCase("true") ? true : null;
  }

  private static Response ok(String field, String value) {
    return Response.json(200, "OK", Map.of(field, value));
  }

  private static Response missing(String parameter) {
    return error("MISSING_PARAMETER", "Missing parameter: " + parameter);
  }

  private static Response invalid(String parameter) {
    return error("INVALID_QUERY", "Invalid value for parameter: " + parameter);
  }

  static Response error(String type, String comment) {
    return Response.error(400, "Bad Request", type, comment);
  }
}
