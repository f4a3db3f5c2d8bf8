package dev.revoker.ops;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Named checks behind {@code /livez} (is a restart needed?) and {@code /readyz} (can it work now?).
 * An outage of the API belongs in neither of the live checks: a restart would not help.
 *
 * <p>Immutable, safe on any thread. The checks run at each call, on the caller's thread, in the
 * order given.
 */
public final class Health {
  private final Map<String, Check> live;
  private final Map<String, Check> ready;

  /** Checks by name, in the order in which they are shown. */
  public Health(Map<String, Check> live, Map<String, Check> ready) {
    this.live = Collections.unmodifiableMap(new LinkedHashMap<>(live));
    this.ready = Collections.unmodifiableMap(new LinkedHashMap<>(ready));
  }

  /** Whether the process is worth keeping. */
  public Report live() {
    return Report.of(live);
  }

  /** Whether it can do its work now. */
  public Report ready() {
    return Report.of(ready);
  }

  /**
   * One thing that is well or not. It is asked from any thread and answers from memory: it must not
   * block. One that throws counts as not ok.
   */
  @FunctionalInterface
  public interface Check {
    /** How it is now. */
    State state();
  }

  /**
   * How a check found it.
   *
   * @param why a short reason that an operator understands, free of secrets, also when ok
   */
  public record State(boolean ok, String why) {}

  /** All checks of one kind; up only if each of them is ok. */
  public record Report(boolean up, Map<String, State> checks) {
    private static final ObjectWriter JSON = JsonMapper.builder().build().writer();

    /** {@code {"status":"up|down","checks":{"<name>":{"ok":true,"why":"..."}}}}. */
    public String json() {
      Map<String, Object> shown = new LinkedHashMap<>();
      shown.put("status", up ? "up" : "down");
      shown.put("checks", checks);
      return JSON.writeValueAsString(shown);
    }

    private static Report of(Map<String, Check> checks) {
      Map<String, State> states = new LinkedHashMap<>();
      checks.forEach((name, check) -> states.put(name, ask(check)));
      return new Report(
          states.values().stream().allMatch(State::ok), Collections.unmodifiableMap(states));
    }

    private static State ask(Check check) {
      try {
        return check.state();
      } catch (RuntimeException bug) {
        // Its text is not ours to publish.
        return new State(false, "the check itself failed: " + bug.getClass().getSimpleName());
      }
    }
  }
}
