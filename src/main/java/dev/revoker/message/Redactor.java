package dev.revoker.message;

import dev.revoker.model.Secret;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Masks secrets in texts that others wrote. A part of a text that shares eight digits in a row with
 * a secret is masked, together with the hex digits around it: in any case, with separators between
 * the digits, forwards or backwards, as the numbers of its characters, and with {@link Escape
 * escapes} of two levels. A text that still has escapes after two decodings is masked as a whole,
 * and so is one that holds Base64 of a secret. Of secrets that are not hex, eight characters count.
 *
 * <p>The time is linear in the text. Immutable, safe on any thread.
 */
public final class Redactor {
  /** The longest text that {@link #redact} returns, in UTF-16 units. */
  public static final int MAX_CHARS = 500;

  private static final int MUCH = 16;

  private final List<String> secrets;
  private final int shortest;

  /**
   * Created for the first text that is long enough to hold a secret. Threads may create it twice.
   */
  private @Nullable SecretFinder finder;

  private Redactor(List<String> secrets) {
    this.secrets = secrets;
    this.shortest =
        Math.min(
            SecretFinder.WINDOW,
            secrets.stream().mapToInt(String::length).min().orElse(Integer.MAX_VALUE));
  }

  /** For these secrets; null and empty ones are ignored. */
  public static Redactor of(@Nullable Secret... secrets) {
    return of(Stream.of(secrets).filter(Objects::nonNull).map(Secret::reveal).toList());
  }

  static Redactor of(List<String> secrets) {
    return new Redactor(
        secrets.stream().filter(text -> !text.isEmpty()).map(Text::wellFormed).toList());
  }

  /**
   * The text with {@code ***} for each secret in it, then cut to {@link #MAX_CHARS}, so that no
   * secret is half shown; no surrogate pair is cut in two, and a lone surrogate becomes U+FFFD.
   */
  public String redact(String text) {
    String masked = mask(text);
    if (masked.length() <= MAX_CHARS) {
      return masked;
    }
    boolean inPair = Character.isHighSurrogate(masked.charAt(MAX_CHARS - 1));
    return masked.substring(0, inPair ? MAX_CHARS - 1 : MAX_CHARS);
  }

  /** As {@link #redact}, but not cut. */
  String mask(String text) {
    String whole = Text.wellFormed(text);
    BitSet hidden = new BitSet();
    return find(whole, hidden) == 0 ? whole : render(whole, hidden);
  }

  /** Whether a part of a secret is in the text. */
  boolean finds(String text) {
    return find(Text.wellFormed(text), new BitSet()) > 0;
  }

  /**
   * Whether half of a secret is in the text, or {@value #MUCH} characters of it. For ids, which may
   * well begin with the first digits of a key.
   */
  boolean findsMuch(String text) {
    int found = find(Text.wellFormed(text), new BitSet());
    return found >= MUCH
        || (found > 0 && secrets.stream().anyMatch(secret -> 2 * found >= secret.length()));
  }

  /** Whether a whole secret is in the text, as it is. */
  boolean findsWhole(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    return secrets.stream().anyMatch(secret -> lower.contains(secret.toLowerCase(Locale.ROOT)));
  }

  private int find(String text, BitSet hidden) {
    // No encoding makes a text shorter, so a text that is too short needs no search.
    if (secrets.isEmpty() || text.length() < shortest) {
      return 0;
    }
    SecretFinder made = finder;
    if (made == null) {
      made = new SecretFinder(secrets);
      finder = made;
    }
    return made.find(text, hidden);
  }

  private static String render(String text, BitSet hidden) {
    StringBuilder out = new StringBuilder(text.length());
    int from = 0;
    int at = hidden.nextSetBit(0);
    while (at >= 0) {
      int start = runStart(text, at, from);
      // The run before may have reached this far.
      if (start > from || from == 0) {
        out.append(text, from, start).append(Secret.MASK);
      }
      from = runEnd(text, hidden.nextClearBit(Math.max(at, from)));
      at = hidden.nextSetBit(from);
    }
    return out.append(text, from, text.length()).toString();
  }

  /**
   * Where the run of hex digits starts that continues at {@code at}; not before {@code floor}.
   * Dashes and colons belong to a run if groups of only hex digits are on both sides.
   */
  private static int runStart(String text, int at, int floor) {
    int start = groupStart(text, at, floor);
    if (start > 0 && text.charAt(start - 1) == '%') {
      // The first two digits belong to an escape of something else.
      return Math.min(at, start + 2);
    }
    while (start - 2 >= floor && separates(text, start - 1) && isHex(text, start - 2)) {
      int group = groupStart(text, start - 1, floor);
      if (group > 0 && isWord(text, group - 1)) {
        return start;
      }
      start = group;
    }
    return start;
  }

  private static int runEnd(String text, int at) {
    int end = groupEnd(text, at);
    while (separates(text, end) && isHex(text, end + 1)) {
      int group = groupEnd(text, end + 1);
      if (isWord(text, group)) {
        return end;
      }
      end = group;
    }
    return end;
  }

  private static int groupStart(String text, int end, int floor) {
    int start = end;
    while (start > floor && isHex(text, start - 1)) {
      start--;
    }
    return start;
  }

  private static int groupEnd(String text, int start) {
    int end = start;
    while (isHex(text, end)) {
      end++;
    }
    return end;
  }

  private static boolean isWord(String text, int at) {
    return at < text.length() && (text.charAt(at) == '%' || Character.isLetter(text.charAt(at)));
  }

  private static boolean separates(String text, int at) {
    return at < text.length() && (text.charAt(at) == '-' || text.charAt(at) == ':');
  }

  private static boolean isHex(String text, int at) {
    return at < text.length() && Text.hexValue(text.charAt(at)) >= 0;
  }
}
