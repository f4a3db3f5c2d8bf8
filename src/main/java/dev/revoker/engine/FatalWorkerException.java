package dev.revoker.engine;

import org.jspecify.annotations.Nullable;

/**
 * What the loop cannot mend: the process ends with this message, which names the thing and what to
 * do.
 */
public final class FatalWorkerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A message for an operator. */
  public FatalWorkerException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
