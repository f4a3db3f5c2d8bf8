package dev.revoker.sandbox;

import dev.revoker.sandbox.FaultBoard.Draw;
import org.jspecify.annotations.Nullable;

/**
 * The account API with its faults: notes every call, draws its fate, and plans the reply. What a
 * call asks for is done when it arrives, however long the answer takes.
 */
final class Traps {
  private final AccountApi api;
  private final FaultBoard board;
  private final Vault vault;
  private final Traffic traffic;

  Traps(AccountApi api, FaultBoard board, Vault vault, Traffic traffic) {
    this.api = api;
    this.board = board;
    this.vault = vault;
    this.traffic = traffic;
  }

  Reply.Planned plan(Endpoint endpoint, HttpRequest request) {
    Runnable over = traffic.arrived(endpoint, session(endpoint, request));
    Draw draw = board.draw(endpoint);
    Met met = draw.outage() == Outage.NONE ? fate(endpoint, request, draw) : outage(draw);
    note(endpoint, request, met.name());
    return new Reply.Planned(met.reply(), draw.latencyNanos(), over);
  }

  private record Met(String name, Reply reply) {}

  private Met outage(Draw draw) {
    Reply reply =
        switch (draw.outage()) {
          case HANG -> new Reply.Silence();
          case RESET, REFUSE -> new Reply.Reset();
          case NONE, UNAVAILABLE -> status(503, draw.faults());
        };
    return new Met("outage", reply);
  }

  private Met fate(Endpoint endpoint, HttpRequest request, Draw draw) {
    Fate fate = draw.fate();
    if (fate == null) {
      Answer answer = answer(endpoint, request);
      return new Met(answer.name(), answer.bytes());
    }
    return switch (fate) {
      case THROTTLE -> new Met("429", status(429, draw.faults()));
      case ERROR -> {
        int status = draw.faults().errorStatus();
        yield new Met(Integer.toString(status), status(status, draw.faults()));
      }
      case UNHANDLED_ERROR -> {
        Answer answer = Answer.UNHANDLED_ERROR;
        yield new Met(answer.name(), answer.bytes());
      }
      case RESET -> new Met(fate.wireName(), new Reply.Reset());
      case NO_ANSWER -> new Met(fate.wireName(), new Reply.Silence());
      case CLOSE_BEFORE_EFFECT -> new Met(fate.wireName(), new Reply.Close());
      case CLOSE_AFTER_EFFECT ->
          new Met(fate.wireName() + " " + answer(endpoint, request).name(), new Reply.Close());
      case HALF_ANSWER -> {
        Answer answer = answer(endpoint, request);
        yield new Met(fate.wireName() + " " + answer.name(), answer.bytes().half());
      }
      case GZIP_ANSWER -> {
        Answer answer = answer(endpoint, request);
        yield new Met(fate.wireName() + " " + answer.name(), answer.bytes().gzip());
      }
      case ECHO_KEY -> {
        String key = request.parameter("api_securekey");
        Answer answer = key == null ? answer(endpoint, request) : Answer.echo(key);
        yield new Met(key == null ? answer.name() : fate.wireName(), answer.bytes());
      }
    };
  }

  private Answer answer(Endpoint endpoint, HttpRequest request) {
    if (endpoint == Endpoint.LOGIN && board.loginRefused(user(request))) {
      return Answer.LOGIN_INVALID;
    }
    return api.answer(endpoint, request);
  }

  private void note(Endpoint endpoint, HttpRequest request, String answer) {
    traffic.answered(endpoint, answer);
    String key = request.parameter("api_securekey");
    if (endpoint == Endpoint.REMOVE_API_KEY && key != null && KeyTable.isHex(key)) {
      traffic.removal(vault.keyNumber(key), session(endpoint, request), answer);
    }
    String user = user(request);
    if (endpoint == Endpoint.LOGIN && user != null) {
      traffic.login(user, answer);
    }
  }

  /** With which token a key is to be removed. */
  private static @Nullable String session(Endpoint endpoint, HttpRequest request) {
    return endpoint == Endpoint.REMOVE_API_KEY ? request.parameter("api_token") : null;
  }

  private static @Nullable String user(HttpRequest request) {
    return request.parameterOrHeader("username", "x-auth-user");
  }

  private static Reply.Bytes status(int status, Faults faults) {
    Integer seconds = faults.retryAfterSeconds();
    String reason =
        status == 429 ? "Too Many Requests" : status == 503 ? "Service Unavailable" : "";
    return Reply.empty(
        status, reason, seconds == null ? "" : "Retry-After: %d\r\n".formatted(seconds));
  }
}
