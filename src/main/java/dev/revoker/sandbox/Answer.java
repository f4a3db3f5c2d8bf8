package dev.revoker.sandbox;

import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * An answer of the account API.
 *
 * @param name by which it is counted
 */
record Answer(String name, Reply.Bytes bytes) {
  /** The name of the answer to a removal that worked. */
  static final String REMOVED = "204";

  /** Done. The status line's text is the one of the documented example. */
  static final Answer DONE = new Answer(REMOVED, Reply.empty(204, "OK", ""));

  static final Answer BAD_API_TOKEN = error("BAD_API_TOKEN", "Invalid or expired API token");
  static final Answer LOGIN_INVALID = error("LOGIN_INVALID", "Invalid username or password");
  static final Answer ACCOUNT_UNPRIVILEGED =
      error("ACCOUNT_UNPRIVILEGED", "Account does not have permission to access/change this data");
  static final Answer ITEM_NOT_FOUND = error("ITEM_NOT_FOUND", "API key not found");
  static final Answer UNHANDLED_ERROR = error("UNHANDLED_ERROR", "An unhandled error occurred");

  /** 200 with one field. */
  static Answer of(String field, String value) {
    return new Answer(
        "200", Reply.json(200, "OK", JsonMapper.shared().writeValueAsString(Map.of(field, value))));
  }

  static Answer missing(String parameter) {
    return error("MISSING_PARAMETER", "Missing parameter: " + parameter);
  }

  static Answer invalid(String parameter) {
    return error("INVALID_QUERY", "Invalid value for parameter: " + parameter);
  }

  /** Quotes a key with dashes, as UUIDs are written. */
  static Answer echo(String key) {
    String uuid = key.replaceFirst("(.{8})(.{4})(.{4})(.{4})", "$1-$2-$3-$4-");
    return error("INVALID_QUERY", "key " + uuid + " is not yours");
  }

  /** 400 with the documented JSON. */
  static Answer error(String type, String comment) {
    return new Answer("400 " + type, Reply.json(400, "Bad Request", errorJson(type, comment)));
  }

  /** The documented JSON of an error. */
  static String errorJson(String type, String comment) {
    return JsonMapper.shared().writeValueAsString(new ErrorBody(type, comment));
  }

  private record ErrorBody(String ErrorType, String ErrorComment) {}
}
