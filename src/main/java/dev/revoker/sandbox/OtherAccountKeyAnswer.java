package dev.revoker.sandbox;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The error type with which remove_api_key refuses an active key of another account. cielo24 does
 * not document which one it sends, so a client must handle both.
 */
public enum OtherAccountKeyAnswer {
  /** The same answer as for a key that does not exist. */
  ITEM_NOT_FOUND,
  /** The answer says that the account may not change this key. */
  ACCOUNT_UNPRIVILEGED;

  static Optional<OtherAccountKeyAnswer> ofErrorType(String errorType) {
    return Arrays.stream(values())
        .filter(answer -> answer.name().equals(errorType.toUpperCase(Locale.ROOT)))
        .findFirst();
  }
}
