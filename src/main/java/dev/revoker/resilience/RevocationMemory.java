package dev.revoker.resilience;

import dev.revoker.model.RevokedBy;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which keys were revoked before, by any worker. Asked once for each request that would otherwise
 * end as {@code not_found}; the request waits for the answer without a slot.
 */
public interface RevocationMemory {
  /** Remembers nothing: {@code remember.days} is 0. */
  RevocationMemory NONE = (keyFingerprint, answer) -> answer.accept(null);

  /**
   * Looks for an earlier committed result that says {@code revoked} of this key. Called on any
   * thread, without the dispatcher's lock; must not block.
   *
   * @param keyFingerprint the whole one, as results show it
   * @param answer called once, on any thread, perhaps before this method returns: the earlier
   *     result, or null where none is known. The request may have ended before the answer, because
   *     of its {@code not_after} or a stop; the answer is then ignored.
   */
  void find(String keyFingerprint, Consumer<@Nullable RevokedBy> answer);
}
