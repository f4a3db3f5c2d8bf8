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
 * What ties the rows of one input together: it stands in each request's id, header {@code ce_id}
 * and labels, and so in each result.
 *
 * @param id 1 to 64 of letters, digits, dot, _ and -
 * @param size how many rows are sent in all; 0 while that is not known
 */
record Batch(String id, long size) {
  static final String ID_LABEL = "batch";

  /** Its value is {@code 17/100000}: the row, and how many there are. */
  static final String ROW_LABEL = "row";

  /** Stands for a size that is not known yet: a row that may be sent with it may be with any. */
  private static final long WIDEST = 9_999_999_999_999_999L;

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Pattern ROW = Pattern.compile("([1-9][0-9]{0,15})/([1-9][0-9]{0,15})");

  /** Letters that are no hex digits, so that nothing of an id can be taken for a key. */
  private static final String LETTERS = "ghjkmnpqrstvwxyz";

  private static final int OWN_LENGTH = 12;

  static boolean isId(String text) {
    return ID.matcher(text).matches();
  }

  /** The same content has the same id, so that a file is known again. */
  static String idOf(byte[] digest, Fingerprints fingerprints) {
    String print = fingerprints.of(Secret.of(HexFormat.of().formatHex(digest)));
    StringBuilder id = new StringBuilder("b-");
    int from = print.indexOf(':') + 1;
    for (int i = from; i < from + OWN_LENGTH; i++) {
      id.append(LETTERS.charAt(HexFormat.fromHexDigit(print.charAt(i))));
    }
    return id.toString();
  }

  /** What stands in for the id until the whole input was read; the same length. */
  static String unknownId() {
    return "b-" + LETTERS.substring(0, OWN_LENGTH);
  }

  String requestId(long row) {
    return id + "/" + row;
  }

  /** The row of a request id or {@code ce_id} of this batch; 0 if it is none. */
  long rowOf(String requestId) {
    if (!requestId.startsWith(id + "/") || requestId.length() > id.length() + 17) {
      return 0;
    }
    String row = requestId.substring(id.length() + 1);
    return row.matches("[1-9][0-9]*") ? Long.parseLong(row) : 0;
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

  /** Which row of how many a label tells; null where it is none of ours. */
  static @Nullable Place place(@Nullable String rowLabel) {
    Matcher matcher = ROW.matcher(rowLabel == null ? "" : rowLabel);
    return matcher.matches()
        ? new Place(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)))
        : null;
  }

  /** A row, and how many there are. */
  record Place(long row, long size) {}
}
