package dev.revoker.sandbox;

import dev.revoker.sandbox.ActiveFaults.Draw;
import dev.revoker.sandbox.HttpReply.Response;
import java.util.Map;
import org.apache.hc.core5.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * The account API with its faults: draws the fault of each call, records the call, and chooses the
 * reply. A call takes effect when it arrives, however long its answer is delayed.
 */
final class FaultInjector {
  private final AccountApi api;
  private final ActiveFaults faults;
  private final CallStats stats;

  FaultInjector(AccountApi api, ActiveFaults faults, CallStats stats) {
    this.api = api;
    this.faults = faults;
    this.stats = stats;
  }

  /** One call at a time, so that the records are in the order in which the calls took effect. */
  synchronized HttpReply.Timed reply(Endpoint endpoint, SandboxRequest request) {
    Runnable onEnd = stats.arrived(endpoint, session(endpoint, request));
    Draw draw = faults.draw(endpoint);
    Result result =
        draw.outage() == Outage.NONE ? apply(draw, endpoint, request) : duringOutage(draw);
    record(endpoint, request, result.name());
    return new HttpReply.Timed(result.reply(), draw.latencyNanos(), onEnd);
  }

  private record Result(String name, HttpReply reply) {
    static Result of(Response response) {
      return new Result(response.countedAs(), response);
    }
  }

  private static Result duringOutage(Draw draw) {
    HttpReply reply =
        switch (draw.outage()) {
          case HANG -> new HttpReply.Silence();
          case RESET, REFUSE -> new HttpReply.Reset();
          case NONE, UNAVAILABLE -> status(503, draw.faults());
        };
    return new Result("outage", reply);
  }

  private Result apply(Draw draw, Endpoint endpoint, SandboxRequest request) {
    Fault fault = draw.fault();
    if (fault == null) {
      return Result.of(answer(endpoint, request));
    }
    return switch (fault) {
      case THROTTLE -> Result.of(status(429, draw.faults()));
      case ERROR -> Result.of(status(draw.faults().errorStatus(), draw.faults()));
      case UNHANDLED_ERROR -> Result.of(AccountApi.UNHANDLED_ERROR);
      case RESET -> new Result(fault.wireName(), new HttpReply.Reset());
      case NO_ANSWER -> new Result(fault.wireName(), new HttpReply.Silence());
      case CLOSE_BEFORE_EFFECT -> new Result(fault.wireName(), new HttpReply.Close());
      case CLOSE_AFTER_EFFECT ->
          new Result(after(fault, answer(endpoint, request)), new HttpReply.Close());
      case HALF_ANSWER -> {
        Response answer = answer(endpoint, request);
        yield new Result(after(fault, answer), new HttpReply.HalfResponse(answer));
      }
      case GZIP_ANSWER -> {
        Response answer = answer(endpoint, request);
        yield new Result(after(fault, answer), answer.gzip());
      }
      case ECHO_KEY -> {
        String key = request.parameter("api_securekey");
        yield key == null
            ? Result.of(answer(endpoint, request))
            : new Result(fault.wireName(), echo(key));
      }
    };
  }

  private static String after(Fault fault, Response answer) {
    return fault.wireName() + " " + answer.countedAs();
  }

  private static Response echo(String key) {
    String uuid = key.replaceFirst("(.{8})(.{4})(.{4})(.{4})", "$1-$2-$3-$4-");
    return AccountApi.error("INVALID_QUERY", "key " + uuid + " is not yours");
  }

  private Response answer(Endpoint endpoint, SandboxRequest request) {
    if (endpoint == Endpoint.LOGIN && faults.refusesLogin(user(request))) {
      return AccountApi.LOGIN_INVALID;
    }
    return api.answer(endpoint, request);
  }

  private void record(Endpoint endpoint, SandboxRequest request, String answer) {
    stats.answered(endpoint, answer);
    String key = request.parameter("api_securekey");
    if (endpoint == Endpoint.REMOVE_API_KEY && key != null && AccountStore.isHex(key)) {
      stats.removal(key, session(endpoint, request), answer);
    }
    String user = user(request);
    if (endpoint == Endpoint.LOGIN && user != null) {
      stats.login(user, answer);
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
    Integer seconds = faults.retryAfterSeconds();
    String reason =
        status == 429 ? "Too Many Requests" : status == 503 ? "Service Unavailable" : "";
    Map<String, String> headers =
        seconds == null ? Map.of() : Map.of(HttpHeaders.RETRY_AFTER, seconds.toString());
    return Response.empty(status, reason, headers);
  }
}
