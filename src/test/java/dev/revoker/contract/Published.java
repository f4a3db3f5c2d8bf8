package dev.revoker.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The published schemas, as a stranger's validator reads them. */
public final class Published {
  private static final JsonMapper JSON = new JsonMapper();
  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(
          SpecificationVersion.DRAFT_2020_12,
          builder ->
              builder.schemaRegistryConfig(
                  SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));

  /** What the schema of a request says. */
  private static final Schema REQUEST = schema(document("request.schema.json"));

  private static final Schema RESULT = schema(document("result.schema.json"));

  private Published() {}

  /** From the jar, or what will be in it. */
  public static JsonNode document(String name) {
    try (InputStream in = Published.class.getResourceAsStream("/dev/revoker/schema/" + name)) {
      return JSON.readTree(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Schema schema(JsonNode document) {
    return REGISTRY.getSchema(document);
  }

  /** Why the schema refuses it; empty where it does not. */
  public static List<Error> faultsOfRequest(JsonNode request) {
    return REQUEST.validate(request);
  }

  /** Why the schema refuses it; empty where it does not. */
  public static List<Error> faultsOfResult(JsonNode result) {
    return RESULT.validate(result);
  }

  /** Every result that leaves the worker must pass. */
  public static void assertResult(JsonNode result) {
    assertThat(faultsOfResult(result)).as(result.toString()).isEmpty();
  }

  /** Every result that leaves the worker must pass. */
  public static void assertResult(byte[] result) {
    assertResult(JSON.readTree(result));
  }
}
