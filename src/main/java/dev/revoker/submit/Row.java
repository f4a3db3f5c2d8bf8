package dev.revoker.submit;

import dev.revoker.model.Request.Echo;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** A row that is ready to be sent, or the reason why it is not. Prints nothing of a request. */
sealed interface Row {
  /** The first row is 1; a CSV's header is not a row. */
  long number();

  /** The line where the row starts; the first line of the input is 1. */
  long line();

  /**
   * A request that a worker accepts.
   *
   * @param echo what its result repeats
   * @param value the record's value; contains the key
   */
  @SuppressWarnings("ArrayRecordComponent") // Kafka takes this very array
  record Valid(long number, long line, Echo echo, String fingerprint, byte[] value) implements Row {
    @Override
    public String toString() {
      return "Valid[number=" + number + "]";
    }
  }

  /** A row that the worker would reject; the reason has fixed words. */
  record Invalid(long number, long line, String why) implements Row {}

  /** A row as it was read, before anything is added. */
  sealed interface Raw {
    long line();
  }

  /** The row's fields. Does not print them, because they contain the key. */
  record Parsed(long line, ObjectNode request) implements Raw {
    @Override
    public String toString() {
      return "Parsed[line=" + line + "]";
    }
  }

  /** A row that cannot be read; the reason has fixed words. */
  record Broken(long line, String why) implements Raw {}

  /** The rows of one pass over an input. */
  @FunctionalInterface
  interface Reader {
    /** The next row, or null after the last. */
    @Nullable Raw next() throws IOException;

    /** Whether the rest after the last row cannot be read. */
    default boolean isBroken() {
      return false;
    }

    /** What people should know of what is not sent, in lines without keys; after the last row. */
    default List<String> notes() {
      return List.of();
    }
  }
}
