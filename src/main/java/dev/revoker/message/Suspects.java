package dev.revoker.message;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
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
   * Whether a header's text may be a secret of a value that could not be parsed: a stretch of hex
   * in it stands in that value too, or it is URL-encoded. A UUID may stand in both: producers give
   * the same id twice.
   */
  static boolean mayHold(String header, byte[] unparsed) {
    if (unparsed.length == 0 || UUID.matcher(header).matches()) {
      return false;
    }
    if (header.indexOf('%') >= 0) {
      return true;
    }
    List<String> runs = Text.hexRuns(header.toLowerCase(Locale.ROOT), MIN_CHARS);
    if (runs.isEmpty()) {
      return false;
    }
    // Without its NULs, UTF-16 reads as ASCII.
    String value = new String(unparsed, StandardCharsets.ISO_8859_1).replace("\0", "");
    String lower = value.toLowerCase(Locale.ROOT);
    return runs.stream().anyMatch(lower::contains);
  }
}
