package dev.revoker.message;

import dev.revoker.model.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Decides which of a request's texts its result may repeat. What passes has none of the request's
 * secrets and no lone surrogates. A text that breaks the rules of a key may be a secret all the
 * same: a key with a digit too many still shows most of a key.
 *
 * @param isHeldBack whether an id must not pass
 * @param isTimeHeldBack whether a time must not pass
 * @param mask a text with {@code ***} for what must not pass
 */
record EchoFilter(
    Predicate<String> isHeldBack, Predicate<String> isTimeHeldBack, UnaryOperator<String> mask) {
  /** A date, a time to the nanosecond, an offset. */
  private static final int LONGEST_USUAL_TIME = 40;

  /** No key is shorter, and shorter runs of hex digits occur in any text. */
  private static final int MIN_KEY_CHARS = 8;

  /** Characters of all candidates. More cannot be a typing mistake. */
  private static final int MAX_SECRET_CHARS = 768;

  private static final Pattern JWE = Pattern.compile("eyJ[A-Za-z0-9_-]*+(?:\\.[A-Za-z0-9_-]*+){4}");

  private static final Pattern UUID =
      Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

  /** W3C Trace Context: version, trace-id, parent-id, flags. */
  private static final Pattern TRACEPARENT =
      Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

  /** Hex digits, alone or in groups with a dash or colon between. */
  private static final Pattern HEX_RUN = Pattern.compile("\\p{XDigit}++(?:[-:]\\p{XDigit}++)*+");

  /** As many hex digits of an id may be no part of a secret. */
  private static final int MAX_HEX_OF_ID = 15;

  private static final EchoFilter NOTHING_PASSES =
      new EchoFilter(text -> true, text -> true, text -> Secret.MASK);

  /**
   * For a request whose fields are known.
   *
   * @param valid its valid secrets
   */
  static EchoFilter forSecretsOf(RequestJson.Fields fields, List<String> valid) {
    Redactor redactor = redactor(fields, valid);
    return redactor == null
        ? NOTHING_PASSES
        : new EchoFilter(redactor::findsMuch, time -> isHeldBack(time, redactor), redactor::mask);
  }

  /**
   * This filter for a request with a JWE that could not be decrypted. Its secret is not known, so
   * no long run of hex digits passes, except as the whole of a UUID or a traceparent.
   */
  EchoFilter withoutHexRuns() {
    return new EchoFilter(
        id -> isHeldBack.test(id) || mayBeSecret(id),
        isTimeHeldBack,
        text -> maskHexRuns(mask.apply(text)));
  }

  private static boolean mayBeSecret(String id) {
    return !UUID.matcher(id).matches()
        && !TRACEPARENT.matcher(id).matches()
        && HEX_RUN.matcher(id).results().anyMatch(run -> digits(run.group()) > MAX_HEX_OF_ID);
  }

  private static String maskHexRuns(String text) {
    return HEX_RUN
        .matcher(text)
        .replaceAll(run -> digits(run.group()) < MIN_KEY_CHARS ? run.group() : Secret.MASK);
  }

  private static long digits(String run) {
    return run.chars().filter(c -> Text.hexValue(c) >= 0).count();
  }

  /** For the headers of a record whose value could not be parsed, so its secrets are not known. */
  static EchoFilter forUnparsed(List<String> headers, byte[] value) {
    Predicate<String> mayHold = mayHold(headers, value);
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

  /**
   * Finds the secrets of the request in other texts; null if there are so many candidates that
   * nothing of the request may be repeated.
   *
   * @param valid the valid secrets, of any length
   */
  private static @Nullable Redactor redactor(RequestJson.Fields fields, List<String> valid) {
    Set<String> candidates = new LinkedHashSet<>(valid);
    for (RequestJson.Field field : RequestJson.Field.SECRETS) {
      String text = fields.texts().get(field);
      // What has the form of a JWE is no secret.
      if (text != null && text.length() >= MIN_KEY_CHARS && !JWE.matcher(text).matches()) {
        candidates.add(text);
      }
    }
    int chars = candidates.stream().mapToInt(String::length).sum();
    for (String stray : fields.strays()) {
      if (chars <= MAX_SECRET_CHARS && stray.length() >= MIN_KEY_CHARS && candidates.add(stray)) {
        chars += stray.length();
      }
    }
    return chars > MAX_SECRET_CHARS ? null : Redactor.of(List.copyOf(candidates));
  }

  /**
   * Which of the headers may hold a secret of a value that could not be parsed: those that share
   * eight hex digits in a row with the value, and those with an escape. A UUID may occur in both,
   * because producers give the same id twice. Reads the value once, whatever its length.
   */
  private static Predicate<String> mayHold(List<String> headers, byte[] unparsed) {
    Set<Integer> sought = new HashSet<>();
    headers.forEach(header -> eights(header, sought::add));
    Set<Integer> shared = new HashSet<>();
    if (!sought.isEmpty()) {
      eights(
          unparsed,
          eight -> {
            if (sought.contains(eight)) {
              shared.add(eight);
            }
          });
    }
    return text -> {
      if (unparsed.length == 0 || UUID.matcher(text).matches()) {
        return false;
      }
      boolean[] held = {text.indexOf('%') >= 0};
      eights(text, eight -> held[0] |= shared.contains(eight));
      return held[0];
    };
  }

  private static void eights(String text, IntConsumer each) {
    eights(text.getBytes(StandardCharsets.UTF_8), each);
  }

  /** All runs of eight hex digits, each as a number. */
  private static void eights(byte[] text, IntConsumer each) {
    int digits = 0;
    int last = 0;
    for (byte b : text) {
      // Without its NULs, UTF-16 reads as ASCII.
      if (b != 0) {
        int value = Text.hexValue(b);
        digits = value < 0 ? 0 : digits + 1;
        last = (last << 4) | value;
        if (digits >= MIN_KEY_CHARS) {
          each.accept(last);
        }
      }
    }
  }
}
