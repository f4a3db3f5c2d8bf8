package dev.revoker.submit;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The header of a CSV: which field of a request each column is. */
final class CsvHeader {
  /** The required column. */
  static final String KEY = "api_securekey";

  private static final Set<String> FIELDS =
      Set.of(
          KEY,
          "account",
          "api_token",
          "request_id",
          "reason",
          "requested_by",
          "requested_at",
          "not_after");
  private static final String LABEL = "label.";
  private static final Pattern SHOWABLE = Pattern.compile("[A-Za-z][A-Za-z0-9 _.-]{0,40}");

  private final List<String> names;
  private final List<String> ignored = new ArrayList<>();

  private CsvHeader(List<String> names) {
    this.names = names;
  }

  /**
   * Reads a header.
   *
   * @throws CommandException where the header is wrong; shows no name that may be a key
   */
  static CsvHeader of(List<String> header) throws CommandException {
    CsvHeader made = new CsvHeader(header.stream().map(String::strip).toList());
    Set<String> seen = new HashSet<>();
    for (String name : made.names) {
      boolean known = FIELDS.contains(name) || label(name);
      if (known && !seen.add(name)) {
        throw CommandException.failed(
            "line 1: the header has the column " + shown(name) + " twice");
      }
      if (!known && !name.isEmpty()) {
        made.ignored.add(shown(name));
      }
    }
    if (!seen.contains(KEY)) {
      throw CommandException.failed("line 1: the header has no column " + KEY);
    }
    return made;
  }

  int count() {
    return names.size();
  }

  /** Columns that no request has, as they may be shown. */
  List<String> ignored() {
    return ignored;
  }

  /** A row's cells; an empty one counts as absent. */
  ObjectNode request(List<String> cells) {
    ObjectNode request = JsonNodeFactory.instance.objectNode();
    ObjectNode labels = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      String cell = cells.get(i).strip();
      if (cell.isEmpty()) {
        continue;
      }
      if (FIELDS.contains(name)) {
        request.put(name, cell);
      } else if (label(name)) {
        labels.put(name.substring(LABEL.length()), cell);
      }
    }
    if (!labels.isEmpty()) {
      request.set("labels", labels);
    }
    return request;
  }

  private static boolean label(String name) {
    return name.startsWith(LABEL) && name.length() > LABEL.length();
  }

  private static String shown(String name) {
    return SHOWABLE.matcher(name).matches() && !LooksLikeKey.test(name) ? name : "(not shown)";
  }
}
