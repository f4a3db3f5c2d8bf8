package dev.revoker.message;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.agrona.collections.LongHashSet;

/**
 * Finds parts of secrets in a text, also in its escapes, which {@link DecodedText} decodes. The
 * time is linear in the text, however many secrets there are and whatever they look like.
 *
 * <p>A part is a window: eight characters in a row of a secret, forwards or backwards, without
 * separators (all but letters and digits) and in any case. A secret that has fewer characters is
 * found as a whole. Of the numbers of a secret's bytes, hex or decimal, sixteen digits are a part.
 * In base64 a part is eight bytes in a row of the secret's text, or six of the bytes that its hex
 * digits encode, at any alignment.
 *
 * <p>A window of at most eight bytes is one {@code long}, so comparing it with all windows of all
 * secrets is one look-up in a hash table.
 *
 * <p>Immutable, safe on any thread.
 */
final class SecretFinder {
  /** Eight digits of a secret must not be shown; fewer occur in any text. */
  static final int WINDOW = 8;

  /** Eight characters as numbers of two digits each. Fewer digits occur in any number. */
  private static final int NUMBERS_WINDOW = 16;

  private static final int BINARY_WINDOW = 6;
  private static final int SHORTEST_IN_BASE64 = 4;
  private static final long LOWER = 0x2020_2020_2020_2020L;

  /** Letters and digits in lower case; 0 for a separator. Bytes of UTF-8 are unchanged. */
  private static final byte[] SIGNIFICANT = new byte[256];

  private static final byte[] BASE64 = new byte[256];

  static {
    Arrays.fill(BASE64, (byte) -1);
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    for (int i = 0; i < alphabet.length(); i++) {
      char c = alphabet.charAt(i);
      BASE64[c] = (byte) i;
      SIGNIFICANT[c] = (byte) Character.toLowerCase(c);
    }
    BASE64['+'] = BASE64['-'] = 62;
    BASE64['/'] = BASE64['_'] = 63;
    for (int b = 0x80; b < 0x100; b++) {
      SIGNIFICANT[b] = (byte) b;
    }
  }

  private static final int MAX_DECODINGS = 2;

  private final Windows significant = new Windows();
  private final Windows raw = new Windows();
  private final Windows base64 = new Windows();
  private final Windows binary = new Windows();
  private final Windows numbers = new Windows();

  SecretFinder(List<String> secrets) {
    for (String secret : secrets) {
      byte[] text = rawBytes(secret);
      byte[] characters = significant(text);
      if (characters.length < WINDOW) {
        raw.add(text, Math.min(text.length, WINDOW), 0);
      } else {
        significant.add(characters, WINDOW, 0);
        significant.add(reversed(characters), WINDOW, 0);
        addNumbers(secret.toLowerCase(Locale.ROOT));
        addNumbers(secret.toUpperCase(Locale.ROOT));
      }
      if (text.length >= SHORTEST_IN_BASE64) {
        base64.add(text, Math.min(text.length, WINDOW), LOWER);
      }
      byte[] decoded = decodedHex(characters);
      if (decoded.length >= SHORTEST_IN_BASE64) {
        binary.add(decoded, Math.min(decoded.length, BINARY_WINDOW), 0);
      }
    }
  }

  /** The text's bytes as hex numbers and as decimal numbers, as in {@code [57, 54, 56]}. */
  private void addNumbers(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    numbers.addDouble(ascii(HexFormat.of().formatHex(bytes)));
    StringBuilder decimal = new StringBuilder();
    for (byte b : bytes) {
      decimal.append(b & 0xff);
    }
    numbers.addDouble(ascii(decimal.toString()));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Marks the parts of secrets in the text, or all of the text if it has base64 of a secret or
   * still has escapes after two decodings.
   *
   * @return the length of the longest part, in significant characters; 0 if there is none, and
   *     {@link Integer#MAX_VALUE} if all of the text is marked
   */
  int find(String text, BitSet hidden) {
    List<DecodedText> layers = new ArrayList<>(MAX_DECODINGS + 1);
    for (DecodedText layer = DecodedText.of(text); layer != null; layer = layer.decoded()) {
      layers.add(layer);
      if (layers.size() > MAX_DECODINGS + 1) {
        return markAll(text, hidden);
      }
    }
    int longest = 0;
    for (DecodedText layer : layers) {
      if (inBase64(layer)) {
        return markAll(text, hidden);
      }
      longest = Math.max(longest, find(layer, hidden));
    }
    return longest;
  }

  private static int markAll(String text, BitSet hidden) {
    hidden.set(0, text.length());
    return Integer.MAX_VALUE;
  }

  private int find(DecodedText text, BitSet hidden) {
    long before = 0;
    long window = 0;
    int count = 0;
    int longest = 0;
    int hits = 0;
    int lastEnd = 0;
    for (int i = 0; i < text.length(); i++) {
      int b = SIGNIFICANT[text.at(i)] & 0xff;
      if (b == 0) {
        continue;
      }
      before = (before << 8) | (window >>> 56);
      window = (window << 8) | b;
      count++;
      if (count >= NUMBERS_WINDOW && numbers.holdsDouble(before, window)) {
        hidden.set(text.start(windowStart(text, i, NUMBERS_WINDOW)), text.start(i + 1));
        longest = Math.max(longest, NUMBERS_WINDOW);
      }
      if (significant.sizeAtEnd(window, count) == 0) {
        hits = 0;
        continue;
      }
      // Each window after the first adds the characters after the window before it.
      hidden.set(hits > 0 ? lastEnd : text.start(windowStart(text, i, WINDOW)), text.start(i + 1));
      lastEnd = text.start(i + 1);
      longest = Math.max(longest, WINDOW + hits++);
    }
    return raw.isEmpty() ? longest : Math.max(longest, findRaw(text, hidden));
  }

  private static int windowStart(DecodedText text, int last, int size) {
    int at = last;
    for (int missing = size - 1; missing > 0; ) {
      at--;
      missing -= SIGNIFICANT[text.at(at)] == 0 ? 0 : 1;
    }
    return at;
  }

  private int findRaw(DecodedText text, BitSet hidden) {
    int longest = 0;
    long window = 0;
    for (int i = 0; i < text.length(); i++) {
      window = (window << 8) | rawByte(text.at(i));
      int found = raw.sizeAtEnd(window, i + 1);
      if (found > 0) {
        hidden.set(text.start(i + 1 - found), text.start(i + 1));
        longest = Math.max(longest, found);
      }
    }
    return longest;
  }

  /**
   * Whether the text holds base64 of a part of a secret: standard or URL-safe, at any alignment.
   */
  private boolean inBase64(DecodedText text) {
    long low = 0;
    long high = 0;
    int bits = 0;
    for (int i = 0; i < text.length(); i++) {
      int value = BASE64[text.at(i)];
      if (value < 0) {
        // Base64 may be written in lines or groups.
        continue;
      }
      high = (high << 6) | (low >>> 58);
      low = (low << 6) | value;
      bits += 6;
      // A byte may end with this character, or two or four bits before its end.
      if (bits >= 8 * SHORTEST_IN_BASE64
          && (holds(low, bits)
              || holds((low >>> 2) | (high << 62), bits - 2)
              || holds((low >>> 4) | (high << 60), bits - 4))) {
        return true;
      }
    }
    return false;
  }

  private boolean holds(long window, int bits) {
    return base64.sizeAtEnd(window | LOWER, bits / 8) > 0 || binary.sizeAtEnd(window, bits / 8) > 0;
  }

  private static byte[] rawBytes(String secret) {
    DecodedText text = DecodedText.of(secret);
    byte[] bytes = new byte[text.length()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) rawByte(text.at(i));
    }
    return bytes;
  }

  /** In lower case; a form writes a space as a plus sign. */
  private static int rawByte(int b) {
    int significant = SIGNIFICANT[b] & 0xff;
    return significant != 0 ? significant : b == '+' ? ' ' : b;
  }

  private static byte[] significant(byte[] raw) {
    ByteArrayOutputStream kept = new ByteArrayOutputStream(raw.length);
    for (byte b : raw) {
      if (SIGNIFICANT[b & 0xff] != 0) {
        kept.write(b);
      }
    }
    return kept.toByteArray();
  }

  private static byte[] reversed(byte[] bytes) {
    byte[] reversed = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      reversed[bytes.length - 1 - i] = bytes[i];
    }
    return reversed;
  }

  /** The bytes that hex digits encode; none if there is any other character. */
  private static byte[] decodedHex(byte[] digits) {
    String text = new String(digits, 0, digits.length & ~1, StandardCharsets.ISO_8859_1);
    return Text.isHex(text, 0, text.length()) ? HexFormat.of().parseHex(text) : new byte[0];
  }

  /** Windows of one to eight bytes, a set for each size, and of sixteen. */
  private static final class Windows {
    /** Differs from process to process, so that no sender can choose windows that collide. */
    private static final long SPREAD = new SecureRandom().nextLong() | 1;

    private final Map<Integer, LongHashSet> bySize = new LinkedHashMap<>();
    private final LongHashSet doubles = new LongHashSet();
    private int[] sizes = new int[0];
    private LongHashSet[] sets = new LongHashSet[0];

    boolean isEmpty() {
      return sizes.length == 0;
    }

    /** Adds every window of this size. */
    void add(byte[] bytes, int size, long or) {
      if (size == 0) {
        return;
      }
      LongHashSet set = bySize.computeIfAbsent(size, unseen -> new LongHashSet(2 * bytes.length));
      long window = 0;
      for (int i = 0; i < bytes.length; i++) {
        window = (window << 8) | (bytes[i] & 0xff);
        if (i >= size - 1) {
          set.add(((window | or) & mask(size)) * SPREAD);
        }
      }
      sizes = bySize.keySet().stream().mapToInt(Integer::intValue).toArray();
      sets = bySize.values().toArray(LongHashSet[]::new);
    }

    /** Adds every window of sixteen bytes, as a hash of both halves. */
    void addDouble(byte[] bytes) {
      long before = 0;
      long window = 0;
      for (int i = 0; i < bytes.length; i++) {
        before = (before << 8) | (window >>> 56);
        window = (window << 8) | (bytes[i] & 0xff);
        if (i >= NUMBERS_WINDOW - 1) {
          doubles.add(hash(before, window));
        }
      }
    }

    boolean holdsDouble(long before, long window) {
      return doubles.contains(hash(before, window));
    }

    private static long hash(long before, long window) {
      return (Long.rotateLeft(before * SPREAD, 32) ^ window) * SPREAD;
    }

    /** The size of a window that ends here, or 0. */
    int sizeAtEnd(long window, int available) {
      for (int i = 0; i < sizes.length; i++) {
        if (sizes[i] <= available && sets[i].contains((window & mask(sizes[i])) * SPREAD)) {
          return sizes[i];
        }
      }
      return 0;
    }

    private static long mask(int size) {
      return -1L >>> (64 - 8 * size);
    }
  }
}
