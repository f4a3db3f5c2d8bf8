package dev.revoker.message;

import dev.revoker.model.Secret;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Takes secrets out of text that others wrote. What shares eight digits in a row with a secret is
 * masked, and with it the hex digits around it. Case does not matter, nor do separators between the
 * digits, nor their order (forwards or backwards), nor escapes: percent-encoding, HTML's entities
 * and JSON's escapes, decoded twice. A text that still has escapes after that is hidden as a whole,
 * and so is one that holds base64 of a secret. Of secrets that are not hex, eight characters count.
 *
 * <p>The time is linear in the text. Immutable, safe on any thread.
 */
public final class Redactor {
  /** The longest text that {@link #redact} returns, in UTF-16 units. */
  public static final int MAX_CHARS = 500;

  private static final int MAX_DECODINGS = 2;
  private static final int MUCH = 16;

  private final List<String> secrets;
  private final int shortest;

  /** Made when a text is long enough to need it. Threads may make it twice. */
  private @Nullable SecretPatterns patterns;

  private Redactor(List<String> secrets) {
    this.secrets = secrets;
    this.shortest =
        Math.min(
            SecretPatterns.WINDOW,
            secrets.stream().mapToInt(String::length).min().orElse(Integer.MAX_VALUE));
  }

  /** For these secrets; those that are null or empty are left out. */
  public static Redactor of(@Nullable Secret... secrets) {
    List<String> texts = new ArrayList<>(secrets.length);
    for (Secret secret : secrets) {
      if (secret != null) {
        texts.add(secret.reveal());
      }
    }
    return of(texts);
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

  /** As {@link #redact}, but whole. */
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
   * Whether half of a secret is in the text, or {@value #MUCH} characters of it. For texts that
   * identify something: they may well begin with the first digits of a key.
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

  /** Marks what must not be shown; the length of the longest part of a secret, or 0. */
  private int find(String text, BitSet hidden) {
    // No encoding makes a text shorter, so most short texts need no look at all.
    if (secrets.isEmpty() || text.length() < shortest) {
      return 0;
    }
    List<DecodedText> layers = new ArrayList<>(MAX_DECODINGS + 1);
    for (DecodedText layer = DecodedText.of(text); layer != null; layer = layer.decoded()) {
      if (layers.size() > MAX_DECODINGS) {
        return hideAll(text, hidden);
      }
      layers.add(layer);
    }
    SecretPatterns sought = patterns();
    int longest = 0;
    for (DecodedText layer : layers) {
      if (sought.inBase64(layer)) {
        return hideAll(text, hidden);
      }
      longest = Math.max(longest, sought.find(layer, hidden));
    }
    return longest;
  }

  private static int hideAll(String text, BitSet hidden) {
    hidden.set(0, text.length());
    return MUCH;
  }

  private SecretPatterns patterns() {
    SecretPatterns made = patterns;
    if (made == null) {
      made = new SecretPatterns(secrets);
      patterns = made;
    }
    return made;
  }

  private static String render(String text, BitSet hidden) {
    StringBuilder out = new StringBuilder(text.length());
    int from = 0;
    int at = hidden.nextSetBit(0);
    while (at >= 0) {
      int start = HexRun.start(text, at, from);
      // A run before it may have reached this far.
      if (start > from || from == 0) {
        out.append(text, from, start).append(Secret.MASK);
      }
      from = HexRun.end(text, hidden.nextClearBit(Math.max(at, from)));
      at = hidden.nextSetBit(from);
    }
    return out.append(text, from, text.length()).toString();
  }
}
