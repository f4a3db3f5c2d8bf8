package dev.revoker.message;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * A text as UTF-8 bytes, each of which knows the characters it came from; lower case throughout.
 * Decoding an escape makes one byte of all the characters of the escape, so a match after any
 * number of decodings still tells what to hide in the text as it was given.
 */
final class EncodedText {
  /** Nobody encodes so often in good faith; what is not plain by then is hidden as a whole. */
  private static final int MAX_DECODINGS = 8;

  private final byte[] bytes;
  private final int[] starts;
  private final int[] ends;
  private int length;

  private EncodedText(int capacity) {
    bytes = new byte[capacity];
    starts = new int[capacity];
    ends = new int[capacity];
  }

  /** The places in the text where a secret stands, in whatever encoding. */
  static BitSet find(String text, List<String> secrets) {
    BitSet hidden = new BitSet();
    List<byte[]> wanted = secrets.stream().map(secret -> of(secret).copy()).toList();
    EncodedText layer = of(text);
    for (int decodings = 0; decodings <= MAX_DECODINGS; decodings++) {
      for (byte[] secret : wanted) {
        layer.hide(secret, hidden);
      }
      EncodedText next = layer.decoded();
      if (next.length == layer.length) {
        return hidden;
      }
      layer = next;
    }
    hidden.set(0, text.length());
    return hidden;
  }

  private static EncodedText of(String text) {
    EncodedText made = new EncodedText(text.length() * 3);
    int at = 0;
    while (at < text.length()) {
      int codePoint = text.codePointAt(at);
      int next = at + Character.charCount(codePoint);
      made.addFolded(codePoint, at, next);
      at = next;
    }
    return made;
  }

  private void addFolded(int codePoint, int start, int end) {
    int folded = Character.toLowerCase(Character.toUpperCase(codePoint));
    if (folded < 0x80) {
      add(folded, start, end);
      return;
    }
    for (byte b : Character.toString(folded).getBytes(StandardCharsets.UTF_8)) {
      add(b, start, end);
    }
  }

  private void add(int b, int start, int end) {
    bytes[length] = (byte) b;
    starts[length] = start;
    ends[length] = end;
    length++;
  }

  private byte[] copy() {
    return Arrays.copyOf(bytes, length);
  }

  /** Each escape made one byte, once; the same length where there is none left. */
  private EncodedText decoded() {
    EncodedText made = new EncodedText(length);
    int at = 0;
    while (at < length) {
      boolean isEscape = bytes[at] == '%' && isHex(at + 1);
      int last = isEscape ? at + 2 : at;
      made.add(isEscape ? escaped(last) : bytes[at], starts[at], ends[last]);
      at = last + 1;
    }
    return made;
  }

  private void hide(byte[] secret, BitSet hidden) {
    for (int from = 0; from < length; from++) {
      int end = matchEnd(from, secret);
      if (end >= 0) {
        hidden.set(starts[from], ends[end]);
      }
    }
  }

  /**
   * The last byte of the secret that starts here, or -1. Escapes match here too and not only after
   * decoding: a stray percent sign before a secret would be decoded together with its first digits.
   */
  private int matchEnd(int from, byte[] secret) {
    int last = -1;
    int at = from;
    for (byte wanted : secret) {
      if (at >= length) {
        return -1;
      }
      last = same(bytes[at], wanted) ? at : escapeEnd(at);
      if (last < 0 || (last > at && !same(escaped(last), wanted))) {
        return -1;
      }
      at = last + 1;
    }
    return last;
  }

  private static boolean same(byte there, byte wanted) {
    return there == wanted || (there == '+' && wanted == ' ');
  }

  /** The last byte of an escape that starts here, its own percent sign encoded or not, or -1. */
  private int escapeEnd(int at) {
    if (bytes[at] != '%') {
      return -1;
    }
    int digits = at + 1;
    while (isHex(digits) && bytes[digits] == '2' && bytes[digits + 1] == '5' && isHex(digits + 2)) {
      digits += 2;
    }
    return isHex(digits) ? digits + 1 : -1;
  }

  private boolean isHex(int at) {
    return at + 1 < length && Text.hexValue(bytes[at]) >= 0 && Text.hexValue(bytes[at + 1]) >= 0;
  }

  private byte escaped(int last) {
    int b = Text.hexValue(bytes[last - 1]) << 4 | Text.hexValue(bytes[last]);
    return (byte) (b < 0x80 ? Character.toLowerCase(b) : b);
  }
}
