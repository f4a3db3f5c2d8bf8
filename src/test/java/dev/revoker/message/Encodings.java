package dev.revoker.message;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** URL-encoding by other means than the code under test. */
final class Encodings {
  private static final Pattern ESCAPE = Pattern.compile("%([0-9a-fA-F]{2})");

  private Encodings() {}

  /** Every byte of it as an escape. */
  static String percent(String text) {
    StringBuilder out = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      out.append("%%%02X".formatted(b));
    }
    return out.toString();
  }

  /** The text in lower case, and after each of some decodings. */
  static List<String> decodedAll(String text) {
    List<String> all = new ArrayList<>();
    String decoded = text;
    String before = "";
    for (int i = 0; i < 10 && !decoded.equals(before); i++) {
      all.add(decoded.toLowerCase(Locale.ROOT));
      before = decoded;
      decoded = ESCAPE.matcher(decoded).replaceAll(Encodings::decoded);
    }
    return all;
  }

  /** A few characters of the kind that could mislead a decoder. */
  static String noise(Random random) {
    String kinds = "%%%25+gxyz é";
    StringBuilder out = new StringBuilder();
    for (int i = random.nextInt(12); i > 0; i--) {
      out.append(kinds.charAt(random.nextInt(kinds.length())));
    }
    return out.toString();
  }

  private static String decoded(MatchResult escape) {
    char c = (char) Integer.parseInt(escape.group(1), 16);
    return Matcher.quoteReplacement(String.valueOf(c));
  }
}
