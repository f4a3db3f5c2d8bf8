package dev.revoker.sandbox;

import dev.revoker.model.Secret;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The endpoint by which the sandbox is looked into and broken. Errors are 400 with {@code {"error":
 * ...}}.
 */
final class SandboxAdmin {
  static final String PATH = "/_sandbox/";

  private static final JsonMapper JSON = JsonMapper.shared();
  private static final int MAX_KEYS = 2_000_000;

  private final SandboxApi sandbox;
  private final FaultBoard board;

  SandboxAdmin(SandboxApi sandbox, FaultBoard board) {
    this.sandbox = sandbox;
    this.board = board;
  }

  Reply answer(HttpRequest request) {
    try {
      return switch (request.method() + " " + request.path().substring(PATH.length())) {
        case "GET state" -> ok(state());
        case "GET faults" -> ok(faults());
        case "POST faults" -> {
          apply(FaultOrder.of(object(request)));
          yield ok(faults());
        }
        case "DELETE faults" -> {
          board.clear();
          sandbox.outageSoon(Outage.NONE, null);
          yield ok(faults());
        }
        case "POST accounts" -> ok(addAccount(object(request)));
        case "POST key" -> ok(key(object(request)));
        case "POST reset" -> {
          sandbox.reset();
          sandbox.outageSoon(Outage.NONE, null);
          yield ok(state());
        }
        default ->
            failure(
                404,
                "Not Found",
                "there are GET state, GET POST DELETE faults, POST accounts, POST key, POST reset");
      };
    } catch (JacksonException notJson) {
      return failure(
          400, "Bad Request", "not the JSON that is expected: " + notJson.getOriginalMessage());
    } catch (IllegalArgumentException wrong) {
      return failure(400, "Bad Request", String.valueOf(wrong.getMessage()));
    }
  }

  private Map<String, Object> state() {
    Ledger ledger = sandbox.ledger();
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("accounts", ledger.accounts());
    state.put("keys_active", ledger.activeKeys());
    state.put("keys_removed", ledger.removedKeys());
    state.put("in_flight", ledger.inFlight());
    state.put("max_in_flight", ledger.maxInFlight());
    state.put("outage", board.outage().wireName());
    Map<String, Object> calls = new LinkedHashMap<>();
    for (Endpoint endpoint : Endpoint.values()) {
      calls.put(endpoint.wireName(), ledger.answers(endpoint));
    }
    state.put("calls", calls);
    return state;
  }

  private Map<String, Object> faults() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("outage", board.outage().wireName());
    all.put("refused_logins", board.refusedLogins());
    all.put("other_account_key", board.otherAccountKey());
    for (Endpoint endpoint : Endpoint.values()) {
      Faults faults = board.faults(endpoint);
      Map<String, @Nullable Object> one = new LinkedHashMap<>();
      one.put(
          "latency_ms",
          Map.of("median_ms", faults.latency().medianMs(), "p99_ms", faults.latency().p99Ms()));
      faults.rates().forEach((fate, rate) -> one.put(fate.rateName(), rate));
      one.put("every_nth", faults.everyNth());
      one.put("error_status", faults.errorStatus());
      one.put("retry_after", faults.retryAfterSeconds());
      all.put(endpoint.wireName(), one);
    }
    return all;
  }

  private void apply(FaultOrder order) {
    // First all that can be wrong, then the changes.
    Map<Endpoint, Faults> changed = new LinkedHashMap<>();
    for (Endpoint endpoint : Endpoint.values()) {
      if (order.endpoint() == null || order.endpoint() == endpoint) {
        changed.put(endpoint, order.change().apply(board.faults(endpoint)));
      }
    }
    changed.forEach(board::set);
    if (order.seed() != null) {
      board.seed(order.seed());
    }
    if (order.otherAccountKey() != null) {
      board.otherAccountKey(order.otherAccountKey());
    }
    if (order.account() != null) {
      board.refuseLogins(order.account(), order.refuseLogins());
    }
    if (order.expireAll() || order.expireAccount() != null) {
      sandbox.expireTokens(order.expireAccount());
    }
    if (order.outage() != null) {
      sandbox.outageSoon(order.outage(), order.outageMs());
    }
  }

  private Map<String, Object> addAccount(JsonNode body) {
    String name = body.required("username").stringValue();
    int count = body.path("keys").intValue(0);
    if (name.isEmpty() || count < 0 || count > MAX_KEYS) {
      throw new IllegalArgumentException("keys: 0 to %d, with a username".formatted(MAX_KEYS));
    }
    sandbox.addAccount(
        new SandboxAccount(name, Secret.of(body.required("password").stringValue()), List.of()));
    return Map.of(
        "username",
        name,
        "keys",
        sandbox.generateKeys(name, count).stream().map(Secret::reveal).toList());
  }

  private Map<String, Object> key(JsonNode body) {
    Secret key = Secret.of(body.required("api_securekey").stringValue());
    Ledger ledger = sandbox.ledger();
    return Map.of(
        "active", ledger.isActive(key),
        "removals", ledger.removals(key),
        "calls", ledger.calls(key));
  }

  private static JsonNode object(HttpRequest request) {
    JsonNode body = JSON.readTree(request.body());
    if (!body.isObject()) {
      throw new IllegalArgumentException("the body must be a JSON object");
    }
    return body;
  }

  private static Reply ok(Object body) {
    return Reply.json(200, "OK", JSON.writeValueAsString(body));
  }

  private static Reply failure(int status, String reason, String message) {
    return Reply.json(status, reason, JSON.writeValueAsString(Map.of("error", message)));
  }
}
