package dev.revoker.message;

import dev.revoker.model.Secret;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes secrets out of text that others wrote. A secret is found whatever its case, and URL-encoded
 * in any way: some characters or all, digits of the escapes in either case, encoded again and
 * again, a space as {@code +}.
 *
 * <p>Immutable, safe on any thread. A short text without {@code %} costs well under a microsecond.
 */
public final class Scrubber {
  /** The longest text that {@link #scrub} returns, in UTF-16 units. */
  public static final int MAX_CHARS = 500;

  private final List<String> secrets;
  private final int shortest;

  private Scrubber(List<String> secrets) {
    this.secrets = secrets;
    this.shortest = secrets.stream().mapToInt(String::length).min().orElse(Integer.MAX_VALUE);
  }

  /** For these secrets; those that are null or empty are left out. */
  public static Scrubber of(@Nullable Secret... secrets) {
    List<String> texts = new ArrayList<>(secrets.length);
    for (Secret secret : secrets) {
      if (secret != null) {
        texts.add(secret.reveal());
      }
    }
    return of(texts);
  }

  static Scrubber of(List<String> secrets) {
    return new Scrubber(
        secrets.stream().filter(text -> !text.isEmpty()).map(Text::wellFormed).toList());
  }

  /**
   * The text with {@code ***} for each secret in it, then cut to {@link #MAX_CHARS}, so that no
   * secret is half shown; no surrogate pair is cut in two, and a lone surrogate becomes U+FFFD.
   */
  public String scrub(String text) {
    String masked = mask(text);
    if (masked.length() <= MAX_CHARS) {
      return masked;
    }
    boolean inPair = Character.isHighSurrogate(masked.charAt(MAX_CHARS - 1));
    return masked.substring(0, inPair ? MAX_CHARS - 1 : MAX_CHARS);
  }

  /** As {@link #scrub}, but whole. */
  String mask(String text) {
    String whole = Text.wellFormed(text);
    BitSet hidden = hidden(whole);
    return hidden == null ? whole : render(whole, hidden);
  }

  /** Whether there is a secret in the text. */
  boolean finds(String text) {
    return hidden(Text.wellFormed(text)) != null;
  }

  /** The places in the text that must not be shown, or null where it is free of secrets. */
  private @Nullable BitSet hidden(String text) {
    // No encoding makes a text shorter, so most short texts need no look at all.
    if (text.length() < shortest) {
      return null;
    }
    BitSet hidden =
        text.indexOf('%') < 0 && text.indexOf('+') < 0
            ? plain(text)
            : EncodedText.find(text, secrets);
    return hidden.isEmpty() ? null : hidden;
  }

  private BitSet plain(String text) {
    BitSet hidden = new BitSet();
    for (String secret : secrets) {
      int last = text.length() - secret.length();
      for (int at = 0; at <= last; at++) {
        if (text.regionMatches(true, at, secret, 0, secret.length())) {
          hidden.set(at, at + secret.length());
        }
      }
    }
    return hidden;
  }

  private static String render(String text, BitSet hidden) {
    StringBuilder out = new StringBuilder(text.length());
    int from = 0;
    for (int at = hidden.nextSetBit(0); at >= 0; at = hidden.nextSetBit(from)) {
      out.append(text, from, at).append(Secret.MASK);
      from = hidden.nextClearBit(at);
    }
    return out.append(text, from, text.length()).toString();
  }
}
