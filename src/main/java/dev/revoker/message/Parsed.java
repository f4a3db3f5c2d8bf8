package dev.revoker.message;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The result of parsing a request's bytes. */
sealed interface Parsed {
  /**
   * Not a sound JSON object, so nothing in it counts.
   *
   * @param why fixed words, nothing of the content
   */
  record Broken(String why) implements Parsed {}

  /**
   * A sound JSON object. Nothing is judged yet but types; JSON's null counts as absent. Holds
   * secrets in clear, so it does not print them.
   *
   * @param texts the fields that are strings
   * @param wrongTypes the fields that are something else
   * @param labels in their order, names unique; null where absent or not an object
   * @param labelsAreTexts whether every label's value is a string
   * @param strays texts found in wrongly typed secrets: they may be secrets all the same
   */
  record Fields(
      Map<RequestField, String> texts,
      Set<RequestField> wrongTypes,
      @Nullable Map<String, String> labels,
      boolean labelsAreTexts,
      List<String> strays)
      implements Parsed {
    @Override
    public String toString() {
      return "Fields" + texts.keySet();
    }
  }
}
