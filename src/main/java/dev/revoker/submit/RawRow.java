package dev.revoker.submit;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** A row of the input as it was read, before anything is added. */
sealed interface RawRow {
  /** The line where the row starts; the first line is 1. */
  long line();

  /** The row's fields. Does not print them, for they hold the key. */
  record Parsed(long line, ObjectNode request) implements RawRow {
    @Override
    public String toString() {
      return "Parsed[line=" + line + "]";
    }
  }

  /** A row that cannot be read; the reason has fixed words. */
  record Broken(long line, String why) implements RawRow {}

  /** The rows of one pass over an input. */
  @FunctionalInterface
  interface Reader {
    /** The next row, or null after the last. */
    @Nullable RawRow next() throws IOException;
  }
}
