package dev.revoker.engine;

import org.jspecify.annotations.Nullable;

/**
 * A failure that the worker cannot recover from. The process ends with this message, which names
 * the cause and what to do.
 */
public final class FatalWorkerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A message for an operator. */
  public FatalWorkerException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
