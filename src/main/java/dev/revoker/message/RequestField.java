package dev.revoker.message;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields of a request that mean something; all others are ignored. */
enum RequestField {
  API_SECUREKEY("api_securekey"),
  ACCOUNT("account"),
  API_TOKEN("api_token"),
  REQUEST_ID("request_id"),
  REASON("reason"),
  REQUESTED_BY("requested_by"),
  REQUESTED_AT("requested_at"),
  NOT_AFTER("not_after"),
  LABELS("labels");

  /** What must never be repeated. */
  static final List<RequestField> SECRETS = List.of(API_SECUREKEY, API_TOKEN);

  private final String wireName;

  RequestField(String wireName) {
    this.wireName = wireName;
  }

  String wireName() {
    return wireName;
  }

  /** Whether what stands there must never be repeated. */
  boolean isSecret() {
    return SECRETS.contains(this);
  }

  static @Nullable RequestField named(String name) {
    return switch (name) {
      case "api_securekey" -> API_SECUREKEY;
      case "account" -> ACCOUNT;
      case "api_token" -> API_TOKEN;
      case "request_id" -> REQUEST_ID;
      case "reason" -> REASON;
      case "requested_by" -> REQUESTED_BY;
      case "requested_at" -> REQUESTED_AT;
      case "not_after" -> NOT_AFTER;
      case "labels" -> LABELS;
      default -> null;
    };
  }
}
