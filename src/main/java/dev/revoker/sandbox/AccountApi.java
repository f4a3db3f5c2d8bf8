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
  private static final Response BAD_API_TOKEN =
      error("BAD_API_TOKEN", "Invalid or expired API token");
  private static final Response ACCOUNT_UNPRIVILEGED =
      error("ACCOUNT_UNPRIVILEGED", "Account does not have permission to access/change this data");
  private static final Response ITEM_NOT_FOUND = error("ITEM_NOT_FOUND", "API key not found");

  private final AccountStore store;
  private final ActiveFaults faults;

  AccountApi(AccountStore store, ActiveFaults faults) {
    this.store = store;
    this.faults = faults;
  }

  Response answer(Endpoint endpoint, SandboxRequest request) {
    String version = request.parameter("v");
    if (version == null) {
      return missing("v");
    }
    if (!version.equals("1")) {
      return invalid("v");
    }
    return endpoint == Endpoint.LOGIN ? login(request) : withSession(endpoint, request);
  }

  private Response login(SandboxRequest request) {
    String user = request.parameterOrHeader("username", "x-auth-user");
    if (user == null) {
      return missing("username");
    }
    String password = request.parameterOrHeader("password", "x-auth-password");
    if (password != null) {
      return store.acceptsPassword(user, Secret.of(password)) ? session(user) : LOGIN_INVALID;
    }
    String key = request.parameterOrHeader("securekey", "x-auth-securekey");
    if (key == null) {
      return missing("password");
    }
    return switch (store.keyLogin(user, key)) {
      case ACCEPTED -> session(user);
      case WRONG -> LOGIN_INVALID;
      case REMOVED -> ACCOUNT_UNPRIVILEGED;
    };
  }

  private Response session(String user) {
    return ok("ApiToken", store.openSession(user));
  }

  private Response withSession(Endpoint endpoint, SandboxRequest request) {
    String token = request.parameter("api_token");
    if (token == null) {
      return missing("api_token");
    }
    return switch (endpoint) {
      case LOGOUT -> logout(token);
      case GENERATE_API_KEY -> generateKey(token, request);
      case REMOVE_API_KEY -> removeKey(token, request);
      case UPDATE_PASSWORD -> updatePassword(token, request);
      case LOGIN -> throw new IllegalArgumentException("a login has no session");
    };
  }

  private Response logout(String token) {
    if (store.sessionOf(token) == null) {
      return BAD_API_TOKEN;
    }
    store.closeSession(token);
    return DONE;
  }

  private Response generateKey(String token, SandboxRequest request) {
    String account = store.sessionOf(token);
    if (account == null) {
      return BAD_API_TOKEN;
    }
    Boolean force = bool(request.parameter("force_new"));
    if (force == null) {
      return invalid("force_new");
    }
    String of = request.parameter("account_id");
    if (of != null && !of.equals(account)) {
      return ACCOUNT_UNPRIVILEGED;
    }
    return ok("ApiKey", force ? store.makeKey(account) : store.existingKey(account));
  }

  private Response removeKey(String token, SandboxRequest request) {
    String key = request.parameter("api_securekey");
    if (key == null) {
      return missing("api_securekey");
    }
    if (!AccountStore.isHex(key)) {
      return invalid("api_securekey");
    }
    String account = store.sessionOf(token);
    if (account == null) {
      return BAD_API_TOKEN;
    }
    return switch (store.removeKey(account, key)) {
      case REMOVED -> REMOVED;
      case NOT_FOUND -> ITEM_NOT_FOUND;
      case OTHER_ACCOUNT ->
          switch (faults.otherAccountKey()) {
            case ITEM_NOT_FOUND -> ITEM_NOT_FOUND;
            case ACCOUNT_UNPRIVILEGED -> ACCOUNT_UNPRIVILEGED;
          };
    };
  }

  private Response updatePassword(String token, SandboxRequest request) {
    String password = request.parameter("new_password");
    if (password == null) {
      return missing("new_password");
    }
    String account = store.sessionOf(token);
    if (account == null) {
      return BAD_API_TOKEN;
    }
    store.addAccount(account, Secret.of(password));
    return DONE;
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
