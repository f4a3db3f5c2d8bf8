package dev.revoker.config;

import dev.revoker.model.Secret;
import java.util.BitSet;
import java.util.Collection;
import java.util.Locale;
import java.util.regex.Pattern;

/** Decides which keys and values may be printed, and masks the rest. */
final class Redaction {
  private static final int LONGEST_SHOWN = 120;
  private static final int LONGEST_ERROR = 1_000;
  private static final int SHORTEST_RUN = 4;
  private static final Pattern SECRET_KEY =
      Pattern.compile(
          "pass(word|wd|phrase)|secret|token|secure\\.?key|api\\.?key|jaas|credential|private|certificate"
              + "|ssl\\..*key$");

  /** A part of a key between dots. A long part with digits is more likely a secret. */
  private static final String WORD = "(?:[A-Za-z_-]{1,31}|[A-Za-z0-9_-]{1,15})";

  private static final Pattern KEY_SHAPE =
      Pattern.compile(String.format(Locale.ROOT, "(?=[A-Za-z])%s(?:\\.%s){0,9}", WORD, WORD));

  private Redaction() {}

  /** Whether values of this key may be secret. */
  static boolean secret(String key) {
    return SECRET_KEY.matcher(key.toLowerCase(Locale.ROOT)).find() || KafkaClient.holdsSecret(key);
  }

  /** The value in one line of bounded length, or the mask if it may be secret. */
  static String value(String key, String value) {
    return secret(key) ? Secret.MASK : oneLine(url(key, value), LONGEST_SHOWN);
  }

  /**
   * Whether an unknown key may be printed. A pasted PEM block or a missing {@code =} turns a secret
   * into a key; such a key rarely has the form of a real one.
   */
  static boolean showable(Setting unknown) {
    boolean bare = unknown.written().isEmpty() && unknown.key().indexOf('.') < 0;
    return unknown.variable() != null || (showable(unknown.key()) && !bare);
  }

  /** Whether the text has the form of a key rather than of a secret. */
  static boolean showable(String key) {
    return KEY_SHAPE.matcher(key).matches();
  }

  /**
   * Masks every run of {@value #SHORTEST_RUN} or more characters that also occurs in a secret,
   * ignoring case, because a library's error may quote a part of a secret. Shorter runs are not
   * masked: masking them everywhere would reveal them.
   */
  static String redact(String text, Collection<String> secrets) {
    BitSet hidden = new BitSet();
    for (String secret : secrets) {
      for (int at = 0; at + SHORTEST_RUN <= text.length(); at++) {
        for (int from = 0; from + SHORTEST_RUN <= secret.length(); from++) {
          if (text.regionMatches(true, at, secret, from, SHORTEST_RUN)) {
            hidden.set(at, at + SHORTEST_RUN);
            break;
          }
        }
      }
    }
    StringBuilder shown = new StringBuilder();
    for (int at = 0; at < text.length(); at = hidden.nextClearBit(at)) {
      int end = hidden.nextSetBit(at);
      shown.append(text, at, end < 0 ? text.length() : end);
      if (end < 0) {
        break;
      }
      shown.append(Secret.MASK);
      at = end;
    }
    return oneLine(shown.toString(), LONGEST_ERROR);
  }

  /** Masks the user info and the query of a URL, which may contain credentials. */
  private static String url(String key, String value) {
    int scheme = value.indexOf("://");
    if (scheme < 0 && !key.equals("api.base.url") && !key.equals("api.proxy")) {
      return value;
    }
    int start = scheme < 0 ? 0 : scheme + 3;
    int at = value.lastIndexOf('@');
    String rest = at < start ? value.substring(start) : Secret.MASK + value.substring(at);
    return value.substring(0, start) + rest.replaceFirst("[?#].*", "?" + Secret.MASK);
  }

  private static String oneLine(String value, int longest) {
    StringBuilder line = new StringBuilder();
    value
        .codePoints()
        .limit(longest)
        .forEach(
            c -> {
              if (Character.isISOControl(c) || Character.getType(c) == Character.LINE_SEPARATOR) {
                line.append(String.format(Locale.ROOT, "\\u%04x", c));
              } else {
                line.appendCodePoint(c);
              }
            });
    return value.codePointCount(0, value.length()) > longest ? line + "..." : line.toString();
  }
}
