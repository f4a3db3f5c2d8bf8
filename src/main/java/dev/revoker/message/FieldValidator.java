package dev.revoker.message;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Holds the fields of one request against their rules. What does not fit comes back as null, as
 * what is absent does, and leaves a problem behind: the field's name and the rule, in fixed words.
 */
final class FieldValidator {
  private static final int MAX_LABELS = 16;
  private static final int MAX_LABEL_CHARS = 256;

  private final Parsed.Fields fields;
  private final List<String> problems = new ArrayList<>(0);

  FieldValidator(Parsed.Fields fields) {
    this.fields = fields;
    for (RequestField field : fields.wrongTypes()) {
      String type = field == RequestField.LABELS ? "an object" : "a string";
      problems.add(field.wireName() + " must be " + type);
    }
  }

  /** Empty where the request is well formed, as far as it was asked for. */
  List<String> problems() {
    return problems;
  }

  void require(RequestField field) {
    if (fields.texts().get(field) == null && !fields.wrongTypes().contains(field)) {
      problems.add(field.wireName() + " is required");
    }
  }

  @Nullable String text(RequestField field) {
    return fields.texts().get(field);
  }

  /** Characters are Unicode code points here. */
  @Nullable String text(RequestField field, int maxChars) {
    String text = fields.texts().get(field);
    return text == null || fits(text, maxChars)
        ? text
        : fault(field, "must have at most " + maxChars + " characters");
  }

  @Nullable String printable(RequestField field, int maxChars) {
    String text = fields.texts().get(field);
    return text == null || Text.isPrintable(text, maxChars)
        ? text
        : fault(field, "must be 1 to " + maxChars + " printable ASCII characters");
  }

  @Nullable String hex(RequestField field, int minDigits, int maxDigits) {
    String text = fields.texts().get(field);
    return text == null || Text.isHex(text, minDigits, maxDigits)
        ? text
        : fault(field, "must be " + minDigits + " to " + maxDigits + " hex digits");
  }

  @Nullable Instant time(RequestField field) {
    String text = fields.texts().get(field);
    Instant time = text == null ? null : Rfc3339.parse(text);
    if (text != null && time == null) {
      fault(field, "must be an RFC 3339 time with seconds and an offset");
    }
    return time;
  }

  /** Empty where there are none, or not all of them fit. */
  Map<String, String> labels() {
    Map<String, String> labels = fields.labels();
    if (labels == null) {
      return Map.of();
    }
    if (!fields.labelsAreTexts()) {
      fault(RequestField.LABELS, "must all be strings");
      return Map.of();
    }
    if (labels.size() > MAX_LABELS) {
      fault(RequestField.LABELS, "must be at most " + MAX_LABELS);
      return Map.of();
    }
    boolean fit =
        labels.entrySet().stream()
            .allMatch(
                label ->
                    fits(label.getKey(), MAX_LABEL_CHARS)
                        && fits(label.getValue(), MAX_LABEL_CHARS));
    if (!fit) {
      fault(
          RequestField.LABELS,
          "must have names and values of at most " + MAX_LABEL_CHARS + " characters");
      return Map.of();
    }
    return labels;
  }

  private static boolean fits(String text, int maxChars) {
    // A text has at most as many code points as UTF-16 units, so most need no count.
    return text.length() <= maxChars || text.codePointCount(0, text.length()) <= maxChars;
  }

  private @Nullable String fault(RequestField field, String rule) {
    problems.add(field.wireName() + " " + rule);
    return null;
  }
}
