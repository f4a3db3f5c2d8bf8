package dev.revoker.sandbox;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A call of the account API. */
public enum Endpoint {
  LOGIN,
  LOGOUT,
  GENERATE_API_KEY,
  REMOVE_API_KEY,
  UPDATE_PASSWORD,
  VERIFY_KEY,
  GET_SETTINGS;

  private static final Map<String, Endpoint> BY_PATH =
      Arrays.stream(values())
          .collect(
              Collectors.toMap(
                  endpoint -> "/api/account/" + endpoint.wireName(), Function.identity()));

  /** The last segment of its path. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  static @Nullable Endpoint ofPath(String path) {
    return BY_PATH.get(path);
  }
}
