package dev.revoker.deploy;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.Serial;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files under deploy/, read so that nothing unknown gets by. */
final class Yaml {
  private static final ObjectMapper STRICT =
      new ObjectMapper(
              YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .setAnnotationIntrospector(new NoSpareRoom());

  private Yaml() {}

  static JsonNode tree(Path file) {
    return read(file, JsonNode.class);
  }

  static <T> T read(Path file, Class<T> type) {
    try (JsonParser parser = STRICT.createParser(Files.readString(file))) {
      T value = STRICT.readValue(parser, type);
      if (parser.nextToken() != null) {
        throw new AssertionError(file + ": more than one document");
      }
      return value;
    } catch (IOException e) {
      throw new AssertionError(file + ": " + e.getMessage(), e);
    }
  }

  static <T> T read(JsonNode tree, Class<T> type) {
    try {
      return STRICT.treeToValue(tree, type);
    } catch (IOException e) {
      throw new AssertionError(e.getMessage(), e);
    }
  }

  /** The models keep what they do not know for later; here it is an error. */
  private static final class NoSpareRoom extends JacksonAnnotationIntrospector {
    @Serial private static final long serialVersionUID = 1;

    @Override
    public Boolean hasAnySetter(Annotated annotated) {
      return false;
    }
  }
}
