package dev.revoker.message;

import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.agrona.collections.LongHashSet;
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
 * Reads a request's JSON in one pass, ignored fields included, because an error anywhere makes all
 * of it invalid. Throws none of the parser's exceptions: their messages quote the content.
 */
final class RequestJson {
  static final int MAX_DEPTH = 500;
  private static final int REGISTRY_HEADER_BYTES = 5;
  private static final String TWICE = "a field of the JSON is given twice";

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

  /** The fields of a request that have a meaning; all others are ignored. */
  enum Field {
    API_SECUREKEY,
    API_SECUREKEY_JWE,
    ACCOUNT,
    USERNAME,
    API_TOKEN,
    API_TOKEN_JWE,
    REQUEST_ID,
    REASON,
    REQUESTED_BY,
    REQUESTED_AT,
    NOT_AFTER,
    LABELS;

    /** Those whose value must never be repeated; an encrypted one may have been given in clear. */
    static final List<Field> SECRETS =
        List.of(API_SECUREKEY, API_TOKEN, API_SECUREKEY_JWE, API_TOKEN_JWE);

    private static final Map<String, Field> BY_NAME =
        Stream.of(values()).collect(Collectors.toMap(Field::wireName, Function.identity()));

    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The same secret, encrypted. */
    Field encrypted() {
      return this == API_SECUREKEY ? API_SECUREKEY_JWE : API_TOKEN_JWE;
    }
  }

  /** The result of parsing. */
  sealed interface Parsed {
    /** The id of the CloudEvent around the request; null if there is none. */
    @Nullable String eventId();
  }

  /**
   * Not a valid JSON object, so nothing in it counts.
   *
   * @param why fixed words, nothing of the content
   */
  record Broken(String why, @Nullable String eventId) implements Parsed {}

  /**
   * A valid JSON object. Only types are checked yet; JSON's null counts as absent. Holds secrets in
   * clear, so it does not print them.
   *
   * @param texts the fields that are strings
   * @param wrongTypes the fields that are something else
   * @param labels in their order, names unique; null if absent or not an object
   * @param labelsAreTexts whether every label's value is a string
   * @param strays texts in secrets of a wrong type: they may be secrets all the same
   */
  record Fields(
      Map<Field, String> texts,
      Set<Field> wrongTypes,
      @Nullable Map<String, String> labels,
      boolean labelsAreTexts,
      List<String> strays,
      @Nullable String eventId)
      implements Parsed {
    @Override
    public String toString() {
      return "Fields" + texts.keySet();
    }
  }

  private final JsonParser parser;
  private final Map<Field, String> texts = new EnumMap<>(Field.class);
  private final Set<Field> wrongTypes = EnumSet.noneOf(Field.class);
  private final List<String> strays = new ArrayList<>(0);
  private final Names names = new Names();
  private @Nullable Map<String, String> labels;
  private boolean labelsAreTexts = true;
  private @Nullable String eventId;

  private RequestJson(JsonParser parser) {
    this.parser = parser;
  }

  /**
   * @param isEvent whether the value is a structured CloudEvent, with the request as its data
   */
  static Parsed parse(byte[] value, boolean isEvent) {
    String text = Text.utf8(value, jsonStart(value));
    if (text == null) {
      return new Broken("the value is not UTF-8", null);
    }
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      return new RequestJson(parser).document(isEvent);
    } catch (StreamConstraintsException tooDeep) {
      return new Broken("the value is nested deeper than " + MAX_DEPTH + " levels", null);
    } catch (JacksonException notJson) {
      return new Broken("the value is not JSON", null);
    }
  }

  /** After a schema registry's zero byte and schema id, and one byte order mark on either side. */
  private static int jsonStart(byte[] value) {
    int marked = afterMark(value, 0);
    boolean framed = value.length > marked + REGISTRY_HEADER_BYTES && value[marked] == 0;
    int start = framed ? marked + REGISTRY_HEADER_BYTES : marked;
    return marked == 0 ? afterMark(value, start) : start;
  }

  private static int afterMark(byte[] value, int at) {
    boolean marked =
        value.length >= at + 3
            && value[at] == (byte) 0xef
            && value[at + 1] == (byte) 0xbb
            && value[at + 2] == (byte) 0xbf;
    return marked ? at + 3 : at;
  }

  private Parsed document(boolean isEvent) {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      return new Broken("the value is not a JSON object", null);
    }
    String fault = isEvent ? event() : request();
    if (fault == null && !isAtEnd()) {
      fault = "there is more after the JSON object";
    }
    return fault == null
        ? new Fields(texts, wrongTypes, labels, labelsAreTexts, strays, eventId)
        : new Broken(fault, eventId);
  }

  private boolean isAtEnd() {
    try {
      return parser.nextToken() == null;
    } catch (JacksonException noJsonEither) {
      return false;
    }
  }

  /** Null, or why the event cannot be read. */
  private @Nullable String event() {
    String fault = "the event has no data that is a JSON object";
    boolean isBase64 = false;
    int event = names.nextObject();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      if (!names.add(event, name)) {
        return TWICE;
      }
      if (name.equals("data") && token == JsonToken.START_OBJECT) {
        fault = request();
        if (fault != null) {
          return fault;
        }
        continue;
      }
      isBase64 |= name.equals("data_base64") && token != JsonToken.VALUE_NULL;
      if (name.equals("id") && token == JsonToken.VALUE_STRING) {
        eventId = parser.getString();
      }
      if (!skip(false)) {
        return TWICE;
      }
    }
    return isBase64 ? "data_base64 is not supported; the request must be in data" : fault;
  }

  /** Null, or why the request's object cannot be read. */
  private @Nullable String request() {
    int request = names.nextObject();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      Field field = Field.BY_NAME.get(name);
      parser.nextToken();
      if (!names.add(request, name) || !(field == null ? skip(false) : take(field))) {
        return TWICE;
      }
    }
    return null;
  }

  /** False if a name in it is given twice. The same holds for the methods below. */
  private boolean take(Field field) {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.VALUE_NULL) {
      return true;
    }
    if (token == JsonToken.START_OBJECT && field == Field.LABELS) {
      return takeLabels();
    }
    if (token == JsonToken.VALUE_STRING && field != Field.LABELS) {
      texts.put(field, parser.getString());
      return true;
    }
    wrongTypes.add(field);
    return skip(Field.SECRETS.contains(field));
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

  /** Skips the value at which the parser is, without recursion. */
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
   * collide in it. The hash is keyed anew in each process. It takes two names for one with a chance
   * of one in a billion billion; the request is rejected then.
   */
  private static final class Names {
    private static final long START = new SecureRandom().nextLong();
    private static final long FACTOR = new SecureRandom().nextLong() | 1;

    private final LongHashSet seen = new LongHashSet();
    private int objects;

    int nextObject() {
      return ++objects;
    }

    /** False if the object has the name already. */
    boolean add(int object, String name) {
      long hash = mixed(START + object);
      for (int i = 0; i < name.length(); i++) {
        hash = mixed(hash ^ name.charAt(i));
      }
      return seen.add(hash);
    }

    private static long mixed(long hash) {
      long product = hash * FACTOR;
      return product ^ (product >>> 32);
    }
  }
}
