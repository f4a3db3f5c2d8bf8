package dev.revoker.submit;

import dev.revoker.message.RequestReader;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A JSON object a line; empty lines do not count. */
final class NdjsonRows implements Rows {
  /** What the rules let pass must be kept as it is, ignored fields included. */
  static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNumberLength(Integer.MAX_VALUE)
                          .maxNameLength(Integer.MAX_VALUE)
                          .build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
          .build();

  private final Lines lines;
  private final Rules rules;

  NdjsonRows(InputStream in, Rules rules) {
    this.lines = new Lines(in, RequestReader.MAX_VALUE_BYTES);
    this.rules = rules;
  }

  @Override
  public @Nullable Raw next() throws IOException {
    for (byte[] line = lines.next(); line != null; line = lines.next()) {
      if (!blank(line)) {
        return row(line);
      }
    }
    return null;
  }

  private Raw row(byte[] line) {
    if (lines.tooLong()) {
      return new Raw.Broken(
          lines.number(), "the line is longer than " + RequestReader.MAX_VALUE_BYTES + " bytes");
    }
    // The rules come first: a tree no longer shows that a field stood there twice.
    String why = rules.fault(line);
    if (why != null) {
      return new Raw.Broken(lines.number(), why);
    }
    try {
      return JSON.readTree(line) instanceof ObjectNode request
          ? new Raw.Taken(lines.number(), request)
          : new Raw.Broken(lines.number(), "the value is not a JSON object");
    } catch (JacksonException beyondItsLimits) {
      return new Raw.Broken(lines.number(), "an ignored field of it can not be read");
    }
  }

  private static boolean blank(byte[] line) {
    for (byte b : line) {
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }
}
