package dev.revoker.sandbox;

import dev.revoker.model.Secret;
import dev.revoker.sandbox.HttpReply.Response;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The HTTP interface under {@code /_sandbox/}, which shows the sandbox's state and sets faults.
 * Errors are 400 with {@code {"error": ...}}.
 */
final class AdminApi {
  static final String PATH = "/_sandbox/";

  private static final JsonMapper JSON = JsonMapper.shared();
  private static final int MAX_KEYS = 2_000_000;

  private final SandboxApi sandbox;
  private final ActiveFaults faults;

  AdminApi(SandboxApi sandbox, ActiveFaults faults) {
    this.sandbox = sandbox;
    this.faults = faults;
  }

  HttpReply.Timed reply(SandboxRequest request) {
    try {
      return switch (request.method() + " " + request.path().substring(PATH.length())) {
        case "GET state" -> ok(state());
        case "GET faults" -> ok(faults());
        case "POST faults" -> order(FaultOrder.of(object(request)));
        case "DELETE faults" -> {
          sandbox.clearFaults();
          yield ok(faults());
        }
        case "POST accounts" -> ok(addAccount(object(request)));
        case "POST key" -> ok(key(object(request)));
        case "POST reset" -> {
          sandbox.reset();
          yield ok(state());
        }
        default ->
            failure(
                404,
                "Not Found",
                "there are GET state, GET POST DELETE faults, POST accounts, POST key, POST reset");
      };
    } catch (JacksonException notJson) {
      return failure(400, "Bad Request", "not the expected JSON: " + notJson.getOriginalMessage());
    } catch (IllegalArgumentException wrong) {
      return failure(400, "Bad Request", String.valueOf(wrong.getMessage()));
    }
  }

  private Map<String, Object> state() {
    SandboxLedger ledger = sandbox.ledger();
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("accounts", ledger.accounts());
    state.put("keys_active", ledger.activeKeys());
    state.put("keys_removed", ledger.removedKeys());
    state.put("in_flight", ledger.inFlight());
    state.put("max_in_flight", ledger.maxInFlight());
    state.put("outage", faults.outage().wireName());
    Map<String, Object> calls = new LinkedHashMap<>();
    for (Endpoint endpoint : Endpoint.values()) {
      calls.put(endpoint.wireName(), ledger.answers(endpoint));
    }
    state.put("calls", calls);
    return state;
  }

  private Map<String, Object> faults() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("outage", faults.outage().wireName());
    all.put("refused_logins", faults.refusedLogins());
    all.put("other_account_key", faults.otherAccountKey());
    for (Endpoint endpoint : Endpoint.values()) {
      all.put(endpoint.wireName(), json(faults.faults(endpoint)));
    }
    return all;
  }

  private static Map<String, @Nullable Object> json(Faults faults) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put(
        "latency_ms",
        Map.of("median_ms", faults.latency().medianMs(), "p99_ms", faults.latency().p99Ms()));
    faults.rates().forEach((fault, rate) -> json.put(fault.rateName(), rate));
    json.put("every_nth", faults.everyNth());
    json.put("error_status", faults.errorStatus());
    json.put("retry_after", faults.retryAfterSeconds());
    return json;
  }

  private HttpReply.Timed order(FaultOrder order) {
    order.applyTo(sandbox, faults);
    Outage outage = order.outage();
    if (outage == Outage.REFUSE) {
      // This connection would be reset with the others, so the answer is sent before.
      return new HttpReply.Timed(
          Response.json(200, "OK", faults()).closing(),
          0,
          () -> sandbox.outage(outage, order.outageMs()));
    }
    if (outage != null) {
      sandbox.outage(outage, order.outageMs());
    }
    return ok(faults());
  }

  private Map<String, Object> addAccount(JsonNode body) {
    String name = body.required("username").stringValue();
    int count = body.path("keys").intValue(0);
    if (name.isEmpty() || count < 0 || count > MAX_KEYS) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "keys: 0 to %d, with a username", MAX_KEYS));
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
    SandboxLedger ledger = sandbox.ledger();
    return Map.of(
        "active", ledger.isActive(key),
        "removals", ledger.removals(key),
        "calls", ledger.calls(key));
  }

  private static JsonNode object(SandboxRequest request) {
    JsonNode body = JSON.readTree(request.body());
    if (!body.isObject()) {
      throw new IllegalArgumentException("the body must be a JSON object");
    }
    return body;
  }

  private static HttpReply.Timed ok(Object body) {
    return HttpReply.Timed.now(Response.json(200, "OK", body));
  }

  private static HttpReply.Timed failure(int status, String reason, String message) {
    return HttpReply.Timed.now(Response.json(status, reason, Map.of("error", message)));
  }
}
