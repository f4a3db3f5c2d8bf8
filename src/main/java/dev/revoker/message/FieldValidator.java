package dev.revoker.message;

import dev.revoker.message.RequestJson.Field;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Checks the fields of one request. A value that breaks its rule comes back as null, as an absent
 * one does, and adds a problem: the field's name and the rule, in fixed words.
 */
final class FieldValidator {
  private static final int MAX_LABELS = 16;
  private static final int MAX_LABEL_CHARS = 256;

  private final RequestJson.Fields fields;
  private final List<String> problems = new ArrayList<>(0);

  FieldValidator(RequestJson.Fields fields) {
    this.fields = fields;
    fields
        .wrongTypes()
        .forEach(
            field -> add(field, field == Field.LABELS ? "must be an object" : "must be a string"));
  }

  /** Empty if all fields that were asked for are valid. */
  List<String> problems() {
    return problems;
  }

  void add(Field field, String problem) {
    problems.add(field.wireName() + " " + problem);
  }

  /** Null if absent; not checked. */
  @Nullable String text(Field field) {
    return fields.texts().get(field);
  }

  /** Characters are Unicode code points. */
  @Nullable String text(Field field, int maxChars) {
    return checked(
        field, text -> fits(text, maxChars), "must have at most " + maxChars + " characters");
  }

  @Nullable String printable(Field field, int maxChars) {
    return checked(
        field,
        text -> Text.isPrintable(text, maxChars),
        "must be 1 to " + maxChars + " printable ASCII characters");
  }

  @Nullable String hex(Field field, int minDigits, int maxDigits) {
    return checked(
        field,
        text -> Text.isHex(text, minDigits, maxDigits),
        "must be " + minDigits + " to " + maxDigits + " hex digits");
  }

  /** Whether the field is there, valid or not. */
  boolean has(Field field) {
    return text(field) != null || fields.wrongTypes().contains(field);
  }

  @Nullable Instant time(Field field) {
    String text =
        checked(
            field,
            given -> Rfc3339.parse(given) != null,
            "must be an RFC 3339 time with seconds and an offset");
    return text == null ? null : Rfc3339.parse(text);
  }

  /** Empty if there are none, or one of them is not valid. */
  Map<String, String> labels() {
    Map<String, String> labels = fields.labels();
    if (labels == null) {
      return Map.of();
    }
    if (!fields.labelsAreTexts()) {
      add(Field.LABELS, "must all be strings");
    } else if (labels.size() > MAX_LABELS) {
      add(Field.LABELS, "must be at most " + MAX_LABELS);
    } else if (Stream.of(labels.keySet(), labels.values())
        .flatMap(texts -> texts.stream())
        .allMatch(text -> fits(text, MAX_LABEL_CHARS))) {
      return labels;
    } else {
      add(Field.LABELS, "must have names and values of at most " + MAX_LABEL_CHARS + " characters");
    }
    return Map.of();
  }

  private @Nullable String checked(Field field, Predicate<String> rule, String problem) {
    String text = text(field);
    if (text == null || rule.test(text)) {
      return text;
    }
    add(field, problem);
    return null;
  }

  private static boolean fits(String text, int maxChars) {
    return text.codePointCount(0, text.length()) <= maxChars;
  }
}
