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
 * What a POST to {@code /_sandbox/faults} asks for. Fields that are not given leave things as they
 * are.
 *
 * @param endpoint whose faults change; null means all
 * @param change to the faults
 * @param outage to start, or {@link Outage#NONE} to end it; null where none is spoken of
 * @param outageMs after which an outage ends by itself; null means not by itself
 * @param account whose logins are refused or taken again; null where none is spoken of
 * @param expireAll whether to end all sessions
 * @param expireAccount whose sessions to end
 * @param otherAccountKey the new answer for a key of another account; null leaves it as it is
 * @param seed for the dice
 */
record FaultOrder(
    @Nullable Endpoint endpoint,
    UnaryOperator<Faults> change,
    @Nullable Outage outage,
    @Nullable Long outageMs,
    @Nullable String account,
    boolean refuseLogins,
    boolean expireAll,
    @Nullable String expireAccount,
    @Nullable OtherAccountKeyAnswer otherAccountKey,
    @Nullable Long seed) {

  /** Reads an order; a field that does not fit is named in an IllegalArgumentException. */
  static FaultOrder of(JsonNode body) {
    Reader reader = new Reader();
    for (Map.Entry<String, JsonNode> field : body.properties()) {
      try {
        reader.take(field.getKey(), field.getValue());
      } catch (JacksonException wrongType) {
        throw new IllegalArgumentException(
            field.getKey() + ": " + field.getValue() + " does not fit", wrongType);
      }
    }
    return reader.order();
  }

  private static final class Reader {
    private @Nullable Endpoint endpoint;
    private UnaryOperator<Faults> change = UnaryOperator.identity();
    private @Nullable Boolean down;
    private Outage mode = Outage.UNAVAILABLE;
    private @Nullable Long outageMs;
    private @Nullable String account;
    private @Nullable String login;
    private boolean expireAll;
    private @Nullable String expireAccount;
    private @Nullable OtherAccountKeyAnswer otherAccountKey;
    private @Nullable Long seed;

    void take(String name, JsonNode value) {
      switch (name) {
        case "endpoint" -> endpoint = known(name, value, Endpoint.ofWireName(value.stringValue()));
        case "outage" -> down = value.booleanValue();
        case "outage_mode" -> mode = known(name, value, Outage.ofWireName(value.stringValue()));
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
          UnaryOperator<Faults> next = fault(name, value);
          change = faults -> next.apply(before.apply(faults));
        }
      }
    }

    private static UnaryOperator<Faults> fault(String name, JsonNode value) {
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
          Fate fate =
              Stream.of(Fate.values())
                  .filter(each -> each.rateName().equals(name))
                  .findFirst()
                  .orElseThrow(() -> new IllegalArgumentException(name + ": " + allowed()));
          double rate = value.doubleValue();
          yield faults -> faults.with(fate, rate);
        }
      };
    }

    FaultOrder order() {
      if ((account == null) != (login == null)) {
        throw new IllegalArgumentException("account and login go together");
      }
      if (login != null && !login.equals("refuse") && !login.equals("accept")) {
        throw new IllegalArgumentException("login: refuse or accept, not " + login);
      }
      if (Boolean.TRUE.equals(down) && mode == Outage.REFUSE && outageMs == null) {
        throw new IllegalArgumentException(
            "outage_ms: needed with outage_mode refuse, for nothing listens then to end it");
      }
      return new FaultOrder(
          endpoint,
          change,
          down == null ? null : down ? mode : Outage.NONE,
          outageMs,
          account,
          "refuse".equals(login),
          expireAll,
          expireAccount,
          otherAccountKey,
          seed);
    }

    private static Latency latency(JsonNode value) {
      if (value.isNumber()) {
        return Latency.fixed(value.doubleValue());
      }
      return new Latency(
          value.required("median_ms").doubleValue(), value.required("p99_ms").doubleValue());
    }

    private static <T> T known(String name, JsonNode value, Optional<T> found) {
      return found.orElseThrow(() -> new IllegalArgumentException(name + ": not " + value));
    }

    private static String allowed() {
      return "not known; there are endpoint, latency_ms, every_nth, error_status, retry_after, "
          + Stream.of(Fate.values()).map(Fate::rateName).collect(Collectors.joining(", "))
          + ", outage, outage_mode, outage_ms, account, login, expire_tokens, "
          + "other_account_key, seed";
    }
  }
}
