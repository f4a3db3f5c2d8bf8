package dev.revoker.sandbox;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request as it came in. May hold secrets, so it prints none of its values.
 *
 * @param parameters of the query and of a form body, decoded; the first of a name counts
 * @param headers by names in lower case
 * @param body decoded as UTF-8
 */
record HttpRequest(
    String method,
    String path,
    Map<String, String> parameters,
    Map<String, String> headers,
    String body,
    boolean keepAlive) {

  /** The parameter, or null where it is missing or empty. */
  @Nullable String parameter(String name) {
    String value = parameters.get(name);
    return value == null || value.isEmpty() ? null : value;
  }

  /** The parameter, else the header, or null where both are missing or empty. */
  @Nullable String parameterOrHeader(String parameter, String header) {
    String value = parameter(parameter);
    if (value == null) {
      value = headers.get(header);
    }
    return value == null || value.isEmpty() ? null : value;
  }

  @Override
  public String toString() {
    return method + " " + path;
  }
}
