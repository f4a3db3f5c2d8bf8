package dev.revoker.submit;

import java.util.regex.Pattern;

/** Whether a text that was given where no key belongs may be one, so that it must not be shown. */
public final class LooksLikeKey {
  /** A date is eight digits, so a name may well hold that many. */
  private static final Pattern INSIDE = Pattern.compile("\\p{XDigit}{16}|api_(securekey|token)");

  private static final Pattern WHOLE = Pattern.compile("\\W*\\p{XDigit}{8,}\\W*");

  private LooksLikeKey() {}

  /** True for hex alone, and for anything with much hex in it. */
  public static boolean test(String text) {
    return WHOLE.matcher(text).matches() || INSIDE.matcher(text).find();
  }
}
