package dev.revoker.message;

import dev.revoker.model.Secret;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a request's texts and their echo. What passes is free of the request's secrets and
 * has no lone surrogates.
 *
 * @param isHeldBack whether an id must not pass
 * @param isTimeHeldBack whether a time must not pass
 * @param mask a text with {@code ***} for what must not pass
 */
record EchoFilter(
    Predicate<String> isHeldBack, Predicate<String> isTimeHeldBack, UnaryOperator<String> mask) {
  /** A date, a time to the nanosecond, an offset. */
  private static final int LONGEST_USUAL_TIME = 40;

  private static final EchoFilter NOTHING_PASSES =
      new EchoFilter(text -> true, text -> true, text -> Secret.MASK);

  /**
   * For a request whose fields are known.
   *
   * @param valid the secrets that keep to their rules
   */
  static EchoFilter forSecretsOf(Parsed.Fields fields, List<String> valid) {
    Redactor redactor = SecretCandidates.redactor(fields, valid);
    return redactor == null
        ? NOTHING_PASSES
        : new EchoFilter(redactor::findsMuch, time -> isHeldBack(time, redactor), redactor::mask);
  }

  /** For the headers of a record whose value could not be parsed, so its secrets are not known. */
  static EchoFilter forUnparsed(List<String> headers, byte[] value) {
    Predicate<String> mayHold = SecretCandidates.mayHold(headers, value);
    return new EchoFilter(mayHold, mayHold, text -> mayHold.test(text) ? Secret.MASK : text);
  }

  /** The digits of a time are few and mean something: 00:00:00 is no part of a key of zeros. */
  private static boolean isHeldBack(String time, Redactor redactor) {
    return time.length() > LONGEST_USUAL_TIME ? redactor.finds(time) : redactor.findsWhole(time);
  }

  /** Null where the id holds a secret, or is null. */
  @Nullable String id(@Nullable String id) {
    return id == null || isHeldBack.test(id) ? null : Text.wellFormed(id);
  }

  /** Null where the time holds a secret, or is null. */
  @Nullable String time(@Nullable String time) {
    return time == null || isTimeHeldBack.test(time) ? null : time;
  }

  @Nullable String masked(@Nullable String text) {
    return text == null ? null : mask.apply(text);
  }

  /** Names and values masked, the order kept; of names that become the same, the last stays. */
  Map<String, String> masked(Map<String, String> labels) {
    if (labels.isEmpty()) {
      return Map.of();
    }
    Map<String, String> masked = new LinkedHashMap<>();
    labels.forEach((name, value) -> masked.put(mask.apply(name), mask.apply(value)));
    return Collections.unmodifiableMap(masked);
  }
}
