package dev.revoker.submit;

import java.util.regex.Pattern;

/** Recognizes texts that may be keys and so must not be shown. */
public final class LooksLikeKey {
  /** A date has eight digits, so a name may contain that many. */
  private static final Pattern INSIDE = Pattern.compile("\\p{XDigit}{16}|api_(securekey|token)");

  private static final Pattern WHOLE = Pattern.compile("\\W*\\p{XDigit}{8,}\\W*");

  private LooksLikeKey() {}

  /** True for hex digits alone, and for texts that contain many of them. */
  public static boolean test(String text) {
    return WHOLE.matcher(text).matches() || INSIDE.matcher(text).find();
  }
}
