package dev.revoker.ops;

import dev.revoker.model.Outcome;
import dev.revoker.model.Request;
import dev.revoker.model.Request.Echo;
import dev.revoker.model.Result;
import dev.revoker.model.Result.KeyState;
import dev.revoker.model.Secret;
import dev.revoker.model.Source;
import java.time.Instant;
import java.util.Map;

/** Results to be counted. */
final class Results {
  private Results() {}

  static Result of(String lane, Outcome outcome, Instant receivedAt, Instant agedFrom) {
    Echo echo = new Echo("r-1", null, "acme", null, null, null, Map.of(), null, null);
    Request request =
        new Request.Valid(
            new Source("key-revocations", 0, 42),
            lane,
            receivedAt,
            agedFrom,
            echo,
            Secret.of("968a8b637a5040159424872fffdb895b"),
            null,
            null,
            null);
    return new Result(request, outcome, KeyState.UNKNOWN, null, null, 1, 0, receivedAt);
  }
}
