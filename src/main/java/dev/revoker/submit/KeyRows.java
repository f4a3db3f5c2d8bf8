package dev.revoker.submit;

import dev.revoker.message.RequestReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;

/** A key a line; blanks around it and empty lines do not count. */
final class KeyRows implements Rows {
  private final Lines lines;

  KeyRows(InputStream in) {
    lines = new Lines(in, RequestReader.MAX_VALUE_BYTES);
  }

  @Override
  public @Nullable Raw next() throws IOException {
    for (byte[] line = lines.next(); line != null; line = lines.next()) {
      String key = new String(line, StandardCharsets.UTF_8).strip();
      if (!key.isEmpty()) {
        return new Raw.Taken(
            lines.number(), JsonNodeFactory.instance.objectNode().put("api_securekey", key));
      }
    }
    return null;
  }
}
