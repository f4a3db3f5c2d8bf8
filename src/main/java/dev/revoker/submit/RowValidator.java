package dev.revoker.submit;

import dev.revoker.message.Fingerprints;
import dev.revoker.message.RequestReader;
import dev.revoker.model.Request;
import dev.revoker.model.ResultError;
import dev.revoker.model.Source;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks requests with the worker's own reader, so that both reject the same. */
final class RowValidator {
  private static final Source NOWHERE = new Source("", 0, 0);

  private final RequestReader reader;

  /** Only the worker knows its accounts, so no account is wrong here. */
  RowValidator(Fingerprints fingerprints) {
    reader = new RequestReader(Set.of(), null, fingerprints);
  }

  /** Why the worker would reject the value, in fixed words; null where it would not. */
  @Nullable String fault(byte[] value) {
    return fault(read(value));
  }

  static @Nullable String fault(Request request) {
    return request instanceof Request.Invalid invalid
            && !invalid.error().type().equals(ResultError.UNKNOWN_ACCOUNT)
        ? invalid.error().comment()
        : null;
  }

  Request read(byte @Nullable [] value) {
    return reader.read(NOWHERE, "", value, name -> null, Instant.EPOCH, Instant.EPOCH);
  }
}
