package dev.revoker.submit;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The rows of one pass over an input. */
@FunctionalInterface
interface Rows {
  /** The next row, or null after the last. */
  @Nullable Raw next() throws IOException;
}
