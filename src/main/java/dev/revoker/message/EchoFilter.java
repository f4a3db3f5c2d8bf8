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
 * Decides which of a request's texts its result may repeat. What passes has none of the request's
 * secrets and no lone surrogates.
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
   * @param valid its valid secrets
   */
  static EchoFilter forSecretsOf(RequestJson.Fields fields, List<String> valid) {
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

  /** A time as short as usual is dropped for a whole secret only: 00:00:00 is in a key of zeros. */
  private static boolean isHeldBack(String time, Redactor redactor) {
    return time.length() > LONGEST_USUAL_TIME ? redactor.finds(time) : redactor.findsWhole(time);
  }

  /** Null if the id holds a secret, or is null. */
  @Nullable String id(@Nullable String id) {
    return id == null || isHeldBack.test(id) ? null : Text.wellFormed(id);
  }

  /** Null if the time holds a secret, or is null. */
  @Nullable String time(@Nullable String time) {
    return time == null || isTimeHeldBack.test(time) ? null : time;
  }

  @Nullable String masked(@Nullable String text) {
    return text == null ? null : mask.apply(text);
  }

  /** Names and values masked, in their order; of names that become equal, the last is kept. */
  Map<String, String> masked(Map<String, String> labels) {
    if (labels.isEmpty()) {
      return Map.of();
    }
    Map<String, String> masked = new LinkedHashMap<>();
    labels.forEach((name, value) -> masked.put(mask.apply(name), mask.apply(value)));
    return Collections.unmodifiableMap(masked);
  }
}
