package dev.revoker.submit;

import dev.revoker.message.Fingerprints;
import dev.revoker.model.Secret;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one input. The batch's id is part of each request's id, its header {@code ce_id} and
 * its labels, and results echo the labels.
 *
 * @param id 1 to 64 of letters, digits, dot, _ and -
 * @param size how many rows are sent in all; 0 while that is not known
 */
record SubmitBatch(String id, long size) {
  /** A few bytes of memory are needed for each row. */
  static final long MAX_ROWS = 5_000_000;

  static final String ID_LABEL = "batch";

  /** Its value is {@code 17/100000}: the row's number, and how many rows are sent. */
  static final String ROW_LABEL = "row";

  /**
   * As long as the largest size, for as long as the size is not known: a request must not grow
   * later. In no key as decimal character codes, unlike nines: 99 is c.
   */
  private static final long WIDEST = 1_010_101;

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,15}");
  private static final Pattern ROW = Pattern.compile("([1-9][0-9]{0,15})/([1-9][0-9]{0,15})");

  /** Not hex digits, so that no part of an id can be taken for a key. */
  private static final String LETTERS = "ghjkmnpqrstvwxyz";

  private static final int OWN_LENGTH = 12;

  static boolean isId(String text) {
    return ID.matcher(text).matches();
  }

  /** The id of an input's content; the same content has the same id. */
  static String idOf(byte[] digest, Fingerprints fingerprints) {
    String fingerprint = fingerprints.of(Secret.of(HexFormat.of().formatHex(digest)));
    StringBuilder id = new StringBuilder("b-");
    int from = fingerprint.indexOf(':') + 1;
    for (int i = from; i < from + OWN_LENGTH; i++) {
      id.append(LETTERS.charAt(HexFormat.fromHexDigit(fingerprint.charAt(i))));
    }
    return id.toString();
  }

  /** A placeholder of the same length, until the whole input has been read. */
  static String unknownId() {
    return "b-" + LETTERS.substring(0, OWN_LENGTH);
  }

  String requestId(long row) {
    return id + "/" + row;
  }

  /** The row that a request id or {@code ce_id} of this batch names; 0 for any other text. */
  long rowOf(String requestId) {
    if (!requestId.startsWith(id + "/")) {
      return 0;
    }
    String row = requestId.substring(id.length() + 1);
    return NUMBER.matcher(row).matches() ? Long.parseLong(row) : 0;
  }

  Map<String, String> labels(long row) {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put(ID_LABEL, id);
    labels.put(ROW_LABEL, row + "/" + (size == 0 ? WIDEST : size));
    return labels;
  }

  boolean isNamedBy(Map<String, String> labels, long row) {
    return labels.entrySet().containsAll(labels(row).entrySet());
  }

  /** The row and the size that a label names; null where it does not name any. */
  static @Nullable Place place(@Nullable String rowLabel) {
    Matcher matcher = ROW.matcher(rowLabel == null ? "" : rowLabel);
    return matcher.matches()
        ? new Place(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)))
        : null;
  }

  /** A row's number, and how many rows are sent. */
  record Place(long row, long size) {
    /** Whether {@code submit} can have sent it. */
    boolean isPossible() {
      return row <= MAX_ROWS && size <= MAX_ROWS;
    }
  }
}
