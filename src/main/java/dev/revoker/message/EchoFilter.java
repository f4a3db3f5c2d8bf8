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
 * What stands between a request's texts and its echo. What passes is free of the request's secrets
 * and has no lone surrogates.
 *
 * @param holdsSecret whether a text must not pass
 * @param mask a text with {@code ***} for what must not
 */
record EchoFilter(Predicate<String> holdsSecret, UnaryOperator<String> mask) {
  private static final EchoFilter NOTHING_PASSES =
      new EchoFilter(text -> true, text -> Secret.MASK);

  /**
   * For a request whose fields are known.
   *
   * @param valid the secrets that keep to their rules
   */
  static EchoFilter forSecretsOf(Parsed.Fields fields, List<String> valid) {
    Scrubber scrubber = Suspects.scrubber(fields, valid);
    return scrubber == null ? NOTHING_PASSES : new EchoFilter(scrubber::finds, scrubber::mask);
  }

  /** For the headers of a record whose value could not be parsed, so its secrets are not known. */
  static EchoFilter forUnparsed(byte[] value) {
    return new EchoFilter(
        text -> Suspects.mayHold(text, value),
        text -> Suspects.mayHold(text, value) ? Secret.MASK : text);
  }

  /** Null where the text holds a secret, or is null. */
  @Nullable String dropped(@Nullable String text) {
    return text == null || holdsSecret.test(text) ? null : Text.wellFormed(text);
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
