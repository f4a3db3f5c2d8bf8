package dev.revoker.message;

import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/**
 * One pass over a request's JSON. Walks the whole text, ignored fields too, since a fault anywhere
 * breaks all of it. Lets no exception of the parser out: their messages quote the content.
 */
final class RequestJson {
  static final int MAX_DEPTH = 500;

  // Only depth is bounded here; the length of the value bounds everything else. Names are not
  // kept from one message to the next: they may be hostile, or hold secrets.
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
          .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNameLength(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private final JsonParser parser;
  private final Map<RequestField, String> texts = new EnumMap<>(RequestField.class);
  private final Set<RequestField> seen = EnumSet.noneOf(RequestField.class);
  private final Set<RequestField> wrongTypes = EnumSet.noneOf(RequestField.class);
  private final List<String> strays = new ArrayList<>(0);
  private final Names names = new Names();
  private @Nullable Map<String, String> labels;
  private boolean labelsAreTexts = true;

  private RequestJson(JsonParser parser) {
    this.parser = parser;
  }

  static Parsed parse(byte[] value) {
    String text = Text.utf8(value);
    if (text == null) {
      return new Parsed.Broken("the value is not UTF-8");
    }
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      return new RequestJson(parser).document();
    } catch (StreamConstraintsException tooDeep) {
      return new Parsed.Broken("the value is nested deeper than " + MAX_DEPTH + " levels");
    } catch (JacksonException notJson) {
      return new Parsed.Broken("the value is not JSON");
    }
  }

  private Parsed document() {
    JsonToken first = parser.nextToken();
    if (first != JsonToken.START_OBJECT) {
      return new Parsed.Broken("the value is not a JSON object");
    }
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      RequestField field = RequestField.named(name);
      parser.nextToken();
      boolean unique = field == null ? ignore(name) : seen.add(field) && take(field);
      if (!unique) {
        return new Parsed.Broken("a field of the JSON is given twice");
      }
    }
    return isAtEnd()
        ? new Parsed.Fields(texts, wrongTypes, labels, labelsAreTexts, strays)
        : new Parsed.Broken("there is more after the JSON object");
  }

  private boolean isAtEnd() {
    try {
      return parser.nextToken() == null;
    } catch (JacksonException noJsonEither) {
      return false;
    }
  }

  /** False where a name in it is given twice. So do all that follow. */
  private boolean ignore(String name) {
    return names.add(0, name) && skip(false);
  }

  private boolean take(RequestField field) {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.VALUE_NULL) {
      return true;
    }
    if (token == JsonToken.START_OBJECT && field == RequestField.LABELS) {
      return takeLabels();
    }
    if (token == JsonToken.VALUE_STRING && field != RequestField.LABELS) {
      texts.put(field, parser.getString());
      return true;
    }
    wrongTypes.add(field);
    return skip(field.isSecret());
  }

  private boolean takeLabels() {
    Map<String, String> taken = new LinkedHashMap<>();
    labels = taken;
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      boolean isText = parser.nextToken() == JsonToken.VALUE_STRING;
      labelsAreTexts &= isText;
      boolean unique = taken.put(name, isText ? parser.getString() : "") == null;
      if (!unique || !(isText || skip(false))) {
        return false;
      }
    }
    return true;
  }

  /** Passes over the value that the parser stands on, without recursion. */
  private boolean skip(boolean keepTexts) {
    Deque<Integer> objects = new ArrayDeque<>(0);
    int depth = 0;
    JsonToken token = parser.currentToken();
    while (true) {
      if (token == JsonToken.START_OBJECT) {
        objects.push(names.nextObject());
      } else if (token == JsonToken.END_OBJECT) {
        objects.pop();
      } else if (token == JsonToken.PROPERTY_NAME
          && !names.add(objects.element(), parser.currentName())) {
        return false;
      }
      if (keepTexts && token.id() >= JsonToken.PROPERTY_NAME.id()) {
        strays.add(parser.getString());
      }
      depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
      if (depth == 0) {
        return true;
      }
      token = parser.nextToken();
    }
  }

  /**
   * The names of all objects so far, each as a 64-bit hash of its object and its characters. A set
   * of strings for each object would cost more than the parser, and a sender can choose names that
   * collide in it. These hashes are keyed anew in each process, so two names are taken for one with
   * a chance of one in a billion billion; the request is rejected then.
   */
  private static final class Names {
    private static final long START = new SecureRandom().nextLong();
    private static final long FACTOR = new SecureRandom().nextLong() | 1;

    private @Nullable LongSet seen;
    private int objects;

    int nextObject() {
      return ++objects;
    }

    /** False where the object has it already. */
    boolean add(int object, String name) {
      long hash = mixed(START + object);
      for (int i = 0; i < name.length(); i++) {
        hash = mixed(hash ^ name.charAt(i));
      }
      if (seen == null) {
        seen = new LongSet(64);
      }
      return seen.add(hash);
    }

    private static long mixed(long hash) {
      long product = hash * FACTOR;
      return product ^ (product >>> 32);
    }
  }
}
