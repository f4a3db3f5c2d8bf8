package dev.revoker.sandbox;

import dev.revoker.sandbox.Faults.Fault;
import dev.revoker.sandbox.Faults.Outage;
import dev.revoker.sandbox.HttpReply.Response;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.apache.hc.core5.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * The account API with the faults that are set: draws the fault of each call, records the call, and
 * chooses the reply. A call takes effect when it arrives, however long its answer is delayed.
 * Thread-safe.
 */
final class FaultInjector {
  private final AccountApi api;
  private final SandboxLedger ledger;
  private final Map<Endpoint, Faults> faults = new EnumMap<>(Endpoint.class);
  private final Map<Endpoint, Integer> callsSeen = new EnumMap<>(Endpoint.class);
  private final Set<String> refusedLogins = new TreeSet<>();
  private Undocumented undocumented = Undocumented.DEFAULTS;
  private Outage outage = Outage.NONE;
  private SplittableRandom random;

  FaultInjector(AccountApi api, SandboxLedger ledger, long seed) {
    this.api = api;
    this.ledger = ledger;
    random = new SplittableRandom(seed);
  }

  synchronized Faults faults(Endpoint endpoint) {
    return faults.getOrDefault(endpoint, Faults.NONE);
  }

  synchronized void faults(Endpoint endpoint, Faults changed) {
    if (faults(endpoint).everyNth() != changed.everyNth()) {
      callsSeen.remove(endpoint);
    }
    faults.put(endpoint, changed);
  }

  synchronized Undocumented undocumented() {
    return undocumented;
  }

  synchronized void undocumented(Undocumented changed) {
    undocumented = changed;
  }

  synchronized Outage outage() {
    return outage;
  }

  synchronized void outage(Outage changed) {
    outage = changed;
  }

  /** The accounts whose logins are refused. */
  synchronized Set<String> refusedLogins() {
    return Set.copyOf(refusedLogins);
  }

  synchronized void refuseLogins(String account, boolean refuse) {
    if (refuse) {
      refusedLogins.add(account);
    } else {
      refusedLogins.remove(account);
    }
  }

  synchronized void seed(long seed) {
    random = new SplittableRandom(seed);
  }

  /** Ends all faults and the outage. */
  synchronized void clear() {
    faults.clear();
    callsSeen.clear();
    refusedLogins.clear();
    outage = Outage.NONE;
    undocumented = Undocumented.DEFAULTS;
  }

  /** One call at a time, so that the records are in the order in which the calls took effect. */
  synchronized HttpReply.Timed reply(Endpoint endpoint, SandboxRequest request) {
    Runnable onEnd = ledger.arrived(endpoint, session(endpoint, request));
    Faults now = faults(endpoint);
    long latencyNanos = now.latencyMs().drawNanos(random);
    Fault fault = draw(endpoint, now);
    Result result =
        outage == Outage.NONE ? apply(fault, now, endpoint, request) : duringOutage(now);
    record(endpoint, request, result.name());
    return new HttpReply.Timed(result.reply(), latencyNanos, onEnd);
  }

  /** A reply, and the name under which it is counted. */
  private record Result(String name, HttpReply reply) {
    static Result of(Response response) {
      return new Result(response.countedAs(), response);
    }
  }

  private @Nullable Fault draw(Endpoint endpoint, Faults now) {
    int seen = callsSeen.merge(endpoint, 1, Integer::sum);
    if (now.everyNth() > 0 && seen % now.everyNth() == 0) {
      return Fault.ERROR;
    }
    double left = now.rates().isEmpty() ? 1 : random.nextDouble();
    for (Map.Entry<Fault, Double> rate : now.rates().entrySet()) {
      left -= rate.getValue();
      if (left < 0) {
        return rate.getKey();
      }
    }
    return null;
  }

  private Result duringOutage(Faults now) {
    HttpReply reply =
        switch (outage) {
          case HANG -> new HttpReply.Silence();
          case RESET, REFUSE -> new HttpReply.Reset();
          case NONE, UNAVAILABLE -> status(503, now);
        };
    return new Result("outage", reply);
  }

  private Result apply(
      @Nullable Fault fault, Faults now, Endpoint endpoint, SandboxRequest request) {
    String key = request.parameter("api_securekey");
    if (fault == null || (fault == Fault.ECHO_KEY && key == null)) {
      return Result.of(answer(endpoint, request));
    }
    return switch (fault) {
      case THROTTLE -> Result.of(status(429, now));
      case ERROR -> Result.of(status(now.errorStatus(), now));
      case UNHANDLED_ERROR -> Result.of(AccountApi.UNHANDLED_ERROR);
      case RESET -> new Result(fault.wireName(), new HttpReply.Reset());
      case NO_ANSWER -> new Result(fault.wireName(), new HttpReply.Silence());
      case CLOSE_BEFORE_EFFECT -> new Result(fault.wireName(), new HttpReply.Close());
      case ECHO_KEY -> new Result(fault.wireName(), echo(String.valueOf(key)));
      case CLOSE_AFTER_EFFECT, HALF_ANSWER, GZIP_ANSWER -> {
        Response answer = answer(endpoint, request);
        HttpReply reply =
            switch (fault) {
              case CLOSE_AFTER_EFFECT -> new HttpReply.Close();
              case HALF_ANSWER -> new HttpReply.HalfResponse(answer);
              default -> answer.gzip();
            };
        yield new Result(fault.wireName() + " " + answer.countedAs(), reply);
      }
    };
  }

  private static Response echo(String key) {
    String uuid = key.replaceFirst("(.{8})(.{4})(.{4})(.{4})", "$1-$2-$3-$4-");
    return AccountApi.error("INVALID_QUERY", "key " + uuid + " is not yours");
  }

  private Response answer(Endpoint endpoint, SandboxRequest request) {
    String user = user(request);
    if (endpoint == Endpoint.LOGIN && user != null && refusedLogins.contains(user)) {
      return AccountApi.LOGIN_INVALID;
    }
    return api.answer(endpoint, request, undocumented);
  }

  private void record(Endpoint endpoint, SandboxRequest request, String answer) {
    ledger.answered(endpoint, answer);
    String key = request.parameter("api_securekey");
    if (endpoint == Endpoint.REMOVE_API_KEY && key != null && AccountStore.isHex(key)) {
      ledger.removal(key, session(endpoint, request), answer);
    }
    String user = user(request);
    if (endpoint == Endpoint.LOGIN && user != null) {
      ledger.login(user, answer);
    }
  }

  /** The token with which a key is to be removed. */
  private static @Nullable String session(Endpoint endpoint, SandboxRequest request) {
    return endpoint == Endpoint.REMOVE_API_KEY ? request.parameter("api_token") : null;
  }

  private static @Nullable String user(SandboxRequest request) {
    return request.parameterOrHeader("username", "x-auth-user");
  }

  private static Response status(int status, Faults faults) {
    Integer seconds = faults.retryAfter();
    String reason =
        status == 429 ? "Too Many Requests" : status == 503 ? "Service Unavailable" : "";
    Map<String, String> headers =
        seconds == null ? Map.of() : Map.of(HttpHeaders.RETRY_AFTER, seconds.toString());
    return Response.empty(status, reason, headers);
  }
}
