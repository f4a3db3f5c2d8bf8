package dev.revoker.sandbox;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import dev.revoker.model.Secret;
import dev.revoker.sandbox.Faults.Outage;
import dev.revoker.sandbox.HttpReply.Response;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JacksonException.Reference;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The HTTP interface under {@code /_sandbox/}, which shows the sandbox's state and sets faults.
 * Errors are 400 with {@code {"error": ...}}, and change nothing.
 */
final class AdminApi {
  static final String PATH = "/_sandbox/";

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();
  private static final int MAX_KEYS = 2_000_000;

  private final SandboxApi sandbox;
  private final AccountStore store;
  private final FaultInjector faults;

  AdminApi(SandboxApi sandbox, AccountStore store, FaultInjector faults) {
    this.sandbox = sandbox;
    this.store = store;
    this.faults = faults;
  }

  enum LoginOrder {
    REFUSE,
    ACCEPT
  }

  /**
   * A POST to faults. A field that is not given changes nothing.
   *
   * @param others the fields of {@link Faults} and {@link Undocumented}
   */
  record Order(
      @Nullable Endpoint endpoint,
      @Nullable Boolean outage,
      @Nullable Outage outageMode,
      @Nullable Long outageMs,
      @Nullable String account,
      @Nullable LoginOrder login,
      @Nullable JsonNode expireTokens,
      @Nullable Long seed,
      @JsonAnySetter Map<String, JsonNode> others) {
    /** Which outage it starts or ends; null if it does neither. */
    @Nullable Outage newOutage() {
      if (outage == null) {
        return null;
      }
      return outage ? Objects.requireNonNullElse(outageMode, Outage.UNAVAILABLE) : Outage.NONE;
    }
  }

  /** A POST to accounts. */
  private record NewAccount(
      @Nullable String username,
      @Nullable String password,
      @Nullable String parent,
      @Nullable Integer keys) {}

  HttpReply.Timed reply(SandboxRequest request) {
    try {
      return switch (request.method() + " " + request.path().substring(PATH.length())) {
        case "GET state" -> ok(state());
        case "GET faults" -> ok(faults());
        case "POST faults" -> posted(request.body());
        case "DELETE faults" -> {
          sandbox.clearFaults();
          yield ok(faults());
        }
        case "POST accounts" -> ok(addAccount(object(request.body())));
        case "POST key" -> ok(key(object(request.body())));
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
    } catch (IllegalArgumentException wrong) {
      return failure(400, "Bad Request", String.valueOf(wrong.getMessage()));
    }
  }

  /**
   * Does what the JSON of a POST to faults says.
   *
   * @throws IllegalArgumentException naming a field that is unknown or has a wrong value
   */
  void order(String json) {
    beginOutage(set(json));
  }

  private HttpReply.Timed posted(String json) {
    Order order = set(json);
    if (order.newOutage() == Outage.REFUSE) {
      // This connection would be reset with the others, so the answer is sent before.
      Response answer = Response.json(200, "OK", faults()).closing();
      return new HttpReply.Timed(answer, 0, () -> beginOutage(order));
    }
    beginOutage(order);
    return ok(faults());
  }

  private void beginOutage(Order order) {
    Outage outage = order.newOutage();
    if (outage != null) {
      sandbox.outage(outage, order.outageMs());
    }
  }

  /** Everything except the outage. */
  private Order set(String json) {
    Order order = read(object(json), Order.class);
    if ((order.account() == null) != (order.login() == null)) {
      throw new IllegalArgumentException("account and login go together");
    }
    if (order.newOutage() == Outage.REFUSE && order.outageMs() == null) {
      throw new IllegalArgumentException(
          "outage_ms: required with outage_mode refuse, because nothing listens then to end it");
    }
    Map<String, JsonNode> others = new HashMap<>(order.others());
    ObjectNode choices = JSON.valueToTree(faults.undocumented());
    for (String name : List.copyOf(choices.propertyNames())) {
      if (others.containsKey(name)) {
        choices.set(name, others.remove(name));
      }
    }
    Undocumented undocumented = read(choices, Undocumented.class);
    Map<Endpoint, Faults> changed = new EnumMap<>(Endpoint.class);
    for (Endpoint each : Endpoint.values()) {
      if (order.endpoint() == null || order.endpoint() == each) {
        ObjectNode tree = JSON.valueToTree(faults.faults(each));
        changed.put(each, read(tree.setAll(others), Faults.class));
      }
    }
    changed.forEach(faults::faults);
    faults.undocumented(undocumented);
    if (order.seed() != null) {
      faults.seed(order.seed());
    }
    if (order.account() != null) {
      faults.refuseLogins(order.account(), order.login() == LoginOrder.REFUSE);
      store.unlock(order.account());
    }
    JsonNode expired = order.expireTokens();
    if (expired != null && (expired.isString() || expired.asBoolean(false))) {
      sandbox.expireTokens(expired.isString() ? expired.stringValue() : null);
    }
    return order;
  }

  private Map<String, Object> state() {
    SandboxLedger ledger = sandbox.ledger();
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("accounts", ledger.accounts());
    state.put("accounts_locked", store.locked(faults.undocumented()));
    state.put("keys_active", ledger.activeKeys());
    state.put("keys_removed", ledger.removedKeys());
    state.put("in_flight", ledger.inFlight());
    state.put("max_in_flight", ledger.maxInFlight());
    state.put("outage", faults.outage());
    Map<String, Object> calls = new LinkedHashMap<>();
    for (Endpoint endpoint : Endpoint.values()) {
      calls.put(endpoint.wireName(), ledger.answers(endpoint));
    }
    state.put("calls", calls);
    return state;
  }

  private ObjectNode faults() {
    ObjectNode all = JSON.createObjectNode();
    all.set("outage", JSON.valueToTree(faults.outage()));
    all.set("refused_logins", JSON.valueToTree(faults.refusedLogins()));
    all.setAll(JSON.<ObjectNode>valueToTree(faults.undocumented()));
    for (Endpoint endpoint : Endpoint.values()) {
      all.set(endpoint.wireName(), JSON.valueToTree(faults.faults(endpoint)));
    }
    return all;
  }

  private Map<String, Object> addAccount(JsonNode body) {
    NewAccount made = read(body, NewAccount.class);
    String name = required(made.username(), "username");
    int keys = made.keys() == null ? 0 : made.keys();
    if (keys < 0 || keys > MAX_KEYS) {
      throw new IllegalArgumentException("keys: 0 to " + MAX_KEYS + ", not " + keys);
    }
    Secret password = Secret.of(required(made.password(), "password"));
    sandbox.addAccount(new SandboxAccount(name, password, List.of(), made.parent()));
    return Map.of(
        "username",
        name,
        "keys",
        sandbox.generateKeys(name, keys).stream().map(Secret::reveal).toList());
  }

  private Map<String, Object> key(JsonNode body) {
    Secret key = Secret.of(required(body.path("api_securekey").asString(""), "api_securekey"));
    SandboxLedger ledger = sandbox.ledger();
    return Map.of(
        "active", ledger.isActive(key),
        "removals", ledger.removals(key),
        "calls", ledger.calls(key));
  }

  private static String required(@Nullable String value, String name) {
    if (value == null || value.isEmpty()) {
      throw new IllegalArgumentException(name + ": required");
    }
    return value;
  }

  private static JsonNode object(String json) {
    try {
      JsonNode body = JSON.readTree(json);
      if (body.isObject()) {
        return body;
      }
      throw new IllegalArgumentException("the body must be a JSON object");
    } catch (JacksonException notJson) {
      throw new IllegalArgumentException(
          "not the expected JSON: " + notJson.getOriginalMessage(), notJson);
    }
  }

  /** Binds the JSON; the message of a failure names the field. */
  private static <T> T read(JsonNode json, Class<T> type) {
    try {
      return JSON.treeToValue(json, type);
    } catch (DatabindException wrong) {
      if (wrong.getCause() instanceof IllegalArgumentException rule) {
        throw rule;
      }
      String field =
          wrong.getPath().stream().map(Reference::getPropertyName).collect(Collectors.joining("."));
      throw new IllegalArgumentException(field + ": " + wrong.getOriginalMessage(), wrong);
    }
  }

  private static HttpReply.Timed ok(Object body) {
    return HttpReply.Timed.now(Response.json(200, "OK", body));
  }

  private static HttpReply.Timed failure(int status, String reason, String message) {
    return HttpReply.Timed.now(Response.json(status, reason, Map.of("error", message)));
  }
}
