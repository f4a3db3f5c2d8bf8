package dev.revoker.sandbox;

import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The JSON of a POST to {@code /_sandbox/faults}. A field that is not given changes nothing, and an
 * order with a mistake changes nothing at all.
 */
final class FaultOrder {
  private @Nullable Endpoint endpoint;
  private UnaryOperator<Faults> change = UnaryOperator.identity();
  private @Nullable Boolean down;
  private Outage outageMode = Outage.UNAVAILABLE;
  private @Nullable Long outageMs;
  private @Nullable String account;
  private @Nullable String login;
  private boolean expireAll;
  private @Nullable String expireAccount;
  private @Nullable OtherAccountKeyAnswer otherAccountKey;
  private @Nullable Long seed;

  private FaultOrder() {}

  /**
   * Reads an order.
   *
   * @throws IllegalArgumentException naming a field that is unknown or has a wrong value
   */
  static FaultOrder of(JsonNode body) {
    FaultOrder order = new FaultOrder();
    for (Map.Entry<String, JsonNode> field : body.properties()) {
      try {
        order.read(field.getKey(), field.getValue());
      } catch (JacksonException wrongType) {
        throw new IllegalArgumentException(
            field.getKey() + ": " + field.getValue() + " has a wrong type", wrongType);
      }
    }
    order.checkCombinations();
    return order;
  }

  /** Which outage it starts or ends; null if it does neither. */
  @Nullable Outage outage() {
    return down == null ? null : down ? outageMode : Outage.NONE;
  }

  /** How long the outage lasts, or null. */
  @Nullable Long outageMs() {
    return outageMs;
  }

  /** Does everything except the outage. */
  void applyTo(SandboxApi sandbox, ActiveFaults faults) {
    for (Endpoint each : Endpoint.values()) {
      if (endpoint == null || endpoint == each) {
        faults.set(each, change.apply(faults.faults(each)));
      }
    }
    if (seed != null) {
      faults.seed(seed);
    }
    if (otherAccountKey != null) {
      faults.otherAccountKey(otherAccountKey);
    }
    if (account != null) {
      faults.refuseLogins(account, "refuse".equals(login));
    }
    if (expireAll || expireAccount != null) {
      sandbox.expireTokens(expireAccount);
    }
  }

  private void read(String name, JsonNode value) {
    switch (name) {
      case "endpoint" -> endpoint = known(name, value, Endpoint.ofWireName(value.stringValue()));
      case "outage" -> down = value.booleanValue();
      case "outage_mode" -> outageMode = known(name, value, Outage.ofWireName(value.stringValue()));
      case "outage_ms" -> outageMs = value.longValue();
      case "account" -> account = value.stringValue();
      case "login" -> login = value.stringValue();
      case "expire_tokens" -> {
        expireAll = value.isBoolean() && value.booleanValue();
        expireAccount = value.isBoolean() ? null : value.stringValue();
      }
      case "other_account_key" ->
          otherAccountKey =
              known(name, value, OtherAccountKeyAnswer.ofErrorType(value.stringValue()));
      case "seed" -> seed = value.longValue();
      default -> {
        UnaryOperator<Faults> before = change;
        UnaryOperator<Faults> next = faultChange(name, value);
        change = faults -> next.apply(before.apply(faults));
      }
    }
  }

  private static UnaryOperator<Faults> faultChange(String name, JsonNode value) {
    return switch (name) {
      case "latency_ms" -> {
        Latency latency = latency(value);
        yield faults -> faults.with(latency);
      }
      case "every_nth" -> {
        int nth = value.intValue();
        yield faults -> faults.withEveryNth(nth);
      }
      case "error_status" -> {
        int status = value.intValue();
        yield faults -> faults.withErrorStatus(status);
      }
      case "retry_after" -> {
        Integer seconds = value.isNull() ? null : value.intValue();
        yield faults -> faults.withRetryAfter(seconds);
      }
      default -> {
        Fault fault =
            Stream.of(Fault.values())
                .filter(each -> each.rateName().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(name + ": " + allowed()));
        double rate = value.doubleValue();
        yield faults -> faults.with(fault, rate);
      }
    };
  }

  private void checkCombinations() {
    if ((account == null) != (login == null)) {
      throw new IllegalArgumentException("account and login go together");
    }
    if (login != null && !login.equals("refuse") && !login.equals("accept")) {
      throw new IllegalArgumentException("login: refuse or accept, not " + login);
    }
    if (outage() == Outage.REFUSE && outageMs == null) {
      throw new IllegalArgumentException(
          "outage_ms: required with outage_mode refuse, because nothing listens then to end it");
    }
  }

  private static Latency latency(JsonNode value) {
    if (value.isNumber()) {
      return Latency.fixed(value.doubleValue());
    }
    return new Latency(
        value.required("median_ms").doubleValue(), value.required("p99_ms").doubleValue());
  }

  private static <T> T known(String name, JsonNode value, Optional<T> found) {
    return found.orElseThrow(() -> new IllegalArgumentException(name + ": unknown " + value));
  }

  private static String allowed() {
    return "unknown; the fields are endpoint, latency_ms, every_nth, error_status, retry_after, "
        + Stream.of(Fault.values()).map(Fault::rateName).collect(Collectors.joining(", "))
        + ", outage, outage_mode, outage_ms, account, login, expire_tokens, "
        + "other_account_key, seed";
  }
}
