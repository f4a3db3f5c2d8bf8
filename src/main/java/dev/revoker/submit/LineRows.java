package dev.revoker.submit;

import dev.revoker.message.RequestReader;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Inputs with a row a line. Blank lines are skipped; of a long line only the start is kept. */
final class LineRows {
  /** Keeps ignored fields as they are, whatever their numbers. */
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

  private static final int MAX_BYTES = RequestReader.MAX_VALUE_BYTES;

  private final InputStream in;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);
  private long number;
  private boolean tooLong;

  private LineRows(InputStream in) {
    this.in = new BufferedInputStream(in, 1 << 16);
  }

  /** A key a line, with blanks around it. */
  static Row.Reader keys(InputStream in) {
    LineRows lines = new LineRows(in);
    return () -> {
      byte[] line = lines.next();
      return line == null ? null : lines.key(line);
    };
  }

  /** A JSON object a line. */
  static Row.Reader ndjson(InputStream in, RequestComposer validator) {
    LineRows lines = new LineRows(in);
    return () -> {
      byte[] line = lines.next();
      return line == null ? null : lines.object(line, validator);
    };
  }

  private Row.Raw key(byte[] line) {
    return new Row.Parsed(
        number, JsonNodeFactory.instance.objectNode().put(CsvRows.KEY, text(line)));
  }

  private Row.Raw object(byte[] line, RequestComposer validator) {
    if (tooLong) {
      return new Row.Broken(number, "the line is longer than " + MAX_BYTES + " bytes");
    }
    // The validator comes first: a tree does not show that a field occurs twice.
    String why = validator.fault(line);
    if (why != null) {
      return new Row.Broken(number, why);
    }
    try {
      return JSON.readTree(line) instanceof ObjectNode request
          ? new Row.Parsed(number, request)
          : new Row.Broken(number, "the value is not a JSON object");
    } catch (JacksonException beyondItsLimits) {
      return new Row.Broken(number, "an ignored field of it cannot be read");
    }
  }

  /** The next line that is not blank, without its end; null after the last. */
  private byte @Nullable [] next() throws IOException {
    byte[] bytes = read();
    while (bytes != null && text(bytes).isEmpty()) {
      bytes = read();
    }
    return bytes;
  }

  private byte @Nullable [] read() throws IOException {
    line.reset();
    tooLong = false;
    int b = in.read();
    if (b < 0) {
      return null;
    }
    number++;
    for (; b >= 0 && b != '\n'; b = in.read()) {
      if (line.size() < MAX_BYTES) {
        line.write(b);
      } else {
        tooLong |= b != '\r';
      }
    }
    byte[] bytes = line.toByteArray();
    boolean returns = bytes.length > 0 && bytes[bytes.length - 1] == '\r';
    return returns ? Arrays.copyOf(bytes, bytes.length - 1) : bytes;
  }

  private static String text(byte[] line) {
    return new String(line, StandardCharsets.UTF_8).strip();
  }
}
