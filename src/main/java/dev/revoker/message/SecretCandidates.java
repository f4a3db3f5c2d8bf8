package dev.revoker.message;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What may be a secret in a request, even where it breaks the rules: a key with a digit too many is
 * still most of a key.
 */
final class SecretCandidates {
  /** No key is shorter, and shorter stretches of hex stand in any text. */
  private static final int MIN_CHARS = 8;

  /** Characters in all. More are no typing mistake. */
  private static final int MAX_CHARS = 768;

  private static final Pattern UUID =
      Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

  private SecretCandidates() {}

  /**
   * Finds the secrets of the request in other texts; null where there are so many candidates that
   * nothing of the request should be repeated.
   *
   * @param fields the request
   * @param valid the secrets that keep to their rules, of any length
   */
  static @Nullable Redactor redactor(Parsed.Fields fields, List<String> valid) {
    Set<String> candidates = new LinkedHashSet<>(valid);
    for (RequestField field : RequestField.SECRETS) {
      String text = fields.texts().get(field);
      if (text != null && text.length() >= MIN_CHARS) {
        candidates.add(text);
      }
    }
    int chars = candidates.stream().mapToInt(String::length).sum();
    for (String stray : fields.strays()) {
      if (chars <= MAX_CHARS && stray.length() >= MIN_CHARS && candidates.add(stray)) {
        chars += stray.length();
      }
    }
    return chars > MAX_CHARS ? null : Redactor.of(List.copyOf(candidates));
  }

  /**
   * Which of the texts of a record's headers may hold a secret of its value, which could not be
   * parsed: those in which eight hex digits in a row stand that stand in the value too, wherever
   * the digits around them begin and end, and those with an escape. A UUID may stand in both:
   * producers give the same id twice. Reads the value once, whatever its length.
   */
  static Predicate<String> mayHold(List<String> headers, byte[] unparsed) {
    LongSet sought = new LongSet(headers.size() * 64);
    headers.forEach(header -> eights(header, sought::add));
    LongSet shared = new LongSet(16);
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

  private static void eights(String text, LongConsumer each) {
    eights(text.getBytes(StandardCharsets.UTF_8), each);
  }

  /** All stretches of eight hex digits, each as the number that it is. */
  private static void eights(byte[] text, LongConsumer each) {
    int digits = 0;
    int last = 0;
    for (byte b : text) {
      // Without its NULs, UTF-16 reads as ASCII.
      if (b != 0) {
        int value = Text.hexValue(b);
        digits = value < 0 ? 0 : digits + 1;
        last = (last << 4) | value;
        if (digits >= MIN_CHARS) {
          each.accept(last);
        }
      }
    }
  }
}
