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
 * Which texts of a request may be secrets, even if they break the rules: a key with a digit too
 * many still shows most of a key.
 */
final class SecretCandidates {
  /** No key is shorter, and shorter runs of hex digits occur in any text. */
  private static final int MIN_CHARS = 8;

  /** Characters of all candidates. More cannot be a typing mistake. */
  private static final int MAX_CHARS = 768;

  private static final Pattern JWE = Pattern.compile("eyJ[A-Za-z0-9_-]*+(?:\\.[A-Za-z0-9_-]*+){4}");

  private static final Pattern UUID =
      Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

  private SecretCandidates() {}

  /**
   * Finds the secrets of the request in other texts; null if there are so many candidates that
   * nothing of the request may be repeated.
   *
   * @param valid the valid secrets, of any length
   */
  static @Nullable Redactor redactor(RequestJson.Fields fields, List<String> valid) {
    Set<String> candidates = new LinkedHashSet<>(valid);
    for (RequestJson.Field field : RequestJson.Field.SECRETS) {
      String text = fields.texts().get(field);
      // What has the form of a JWE is no secret.
      if (text != null && text.length() >= MIN_CHARS && !JWE.matcher(text).matches()) {
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
   * Which of the headers may hold a secret of a value that could not be parsed: those that share
   * eight hex digits in a row with the value, and those with an escape. A UUID may occur in both,
   * because producers give the same id twice. Reads the value once, whatever its length.
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

  /** All runs of eight hex digits, each as a number. */
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
