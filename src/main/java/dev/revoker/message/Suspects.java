package dev.revoker.message;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What may be a secret in a request, its own rules broken or not: a key with a digit too many is
 * still most of a key.
 */
final class Suspects {
  /** No key is shorter, and shorter stretches of hex stand in any text. */
  private static final int MIN_CHARS = 8;

  /** Characters in all. More are no typing mistake, and the search would cost too much. */
  private static final int MAX_CHARS = 768;

  private static final Pattern UUID =
      Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

  private Suspects() {}

  /**
   * Finds the secrets of the request in other texts; null where there are so many suspects that
   * nothing of the request should be repeated.
   *
   * @param fields the request
   * @param valid the secrets that keep to their rules, of any length
   */
  static @Nullable Scrubber scrubber(Parsed.Fields fields, List<String> valid) {
    Set<String> suspects = new LinkedHashSet<>(valid);
    for (RequestField field : List.of(RequestField.API_SECUREKEY, RequestField.API_TOKEN)) {
      String text = fields.texts().get(field);
      if (text != null && !valid.contains(text)) {
        addBroken(text, suspects);
      }
    }
    fields.strays().forEach(text -> addBroken(text, suspects));
    int chars = suspects.stream().mapToInt(String::length).sum();
    return chars > MAX_CHARS ? null : Scrubber.of(List.copyOf(suspects));
  }

  /** The text itself, and the hex in it: it may be a key with a blank, a quote or a prefix. */
  private static void addBroken(String text, Set<String> suspects) {
    if (text.length() >= MIN_CHARS) {
      suspects.add(text);
      suspects.addAll(Text.hexRuns(text, MIN_CHARS));
    }
  }

  /**
   * Whether a header's text may be a secret of a value that could not be parsed: eight hex digits
   * in a row stand in both, wherever the digits around them begin and end, or it is URL-encoded. A
   * UUID may stand in both: producers give the same id twice.
   */
  static boolean mayHold(String header, byte[] unparsed) {
    if (unparsed.length == 0 || UUID.matcher(header).matches()) {
      return false;
    }
    if (header.indexOf('%') >= 0) {
      return true;
    }
    Set<Integer> here =
        eights(header.getBytes(StandardCharsets.UTF_8)).boxed().collect(Collectors.toSet());
    return !here.isEmpty() && eights(unparsed).anyMatch(here::contains);
  }

  /** All stretches of eight hex digits, each as the number that it is. */
  private static IntStream eights(byte[] text) {
    IntStream.Builder found = IntStream.builder();
    int digits = 0;
    int last = 0;
    for (byte b : text) {
      // Without its NULs, UTF-16 reads as ASCII.
      if (b != 0) {
        int value = Text.hexValue(b);
        digits = value < 0 ? 0 : digits + 1;
        last = (last << 4) | value;
        if (digits >= MIN_CHARS) {
          found.add(last);
        }
      }
    }
    return found.build();
  }
}
