package dev.revoker.message;

/**
 * Where a run of hex digits begins and ends. Dashes and colons belong to it where groups of nothing
 * but hex digits stand on both sides.
 */
final class HexRun {
  private HexRun() {}

  /** Where the run starts that goes on at {@code at}; not before {@code floor}. */
  static int start(String text, int at, int floor) {
    int start = groupStart(text, at, floor);
    if (start > 0 && text.charAt(start - 1) == '%') {
      // The first two digits belong to an escape of something else.
      return Math.min(at, start + 2);
    }
    while (start - 2 >= floor && separates(text.charAt(start - 1)) && isHex(text, start - 2)) {
      int group = groupStart(text, start - 1, floor);
      boolean alone = group == 0 || !isWord(text.charAt(group - 1));
      if (!alone) {
        return start;
      }
      start = group;
    }
    return start;
  }

  private static int groupStart(String text, int end, int floor) {
    int start = end;
    while (start > floor && isHex(text, start - 1)) {
      start--;
    }
    return start;
  }

  /** Where the run ends that goes on at {@code at}. */
  static int end(String text, int at) {
    int end = at;
    while (end < text.length() && isHex(text, end)) {
      end++;
    }
    while (end + 1 < text.length() && separates(text.charAt(end)) && isHex(text, end + 1)) {
      int group = end + 1;
      while (group < text.length() && isHex(text, group)) {
        group++;
      }
      if (group < text.length() && isWord(text.charAt(group))) {
        return end;
      }
      end = group;
    }
    return end;
  }

  private static boolean isWord(char c) {
    return c == '%' || Character.isLetter(c);
  }

  private static boolean separates(char c) {
    return c == '-' || c == ':';
  }

  private static boolean isHex(String text, int at) {
    return Text.hexValue(text.charAt(at)) >= 0;
  }
}
