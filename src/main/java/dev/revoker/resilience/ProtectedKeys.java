package dev.revoker.resilience;

import dev.revoker.config.Config;
import dev.revoker.message.Fingerprints;
import dev.revoker.model.Credentials;
import dev.revoker.model.Secret;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys that no request may have removed: those that the worker's accounts log in with, and
 * those that {@code protected.fingerprints} names. Immutable, safe on any thread.
 */
final class ProtectedKeys {
  private final Fingerprints plain = new Fingerprints(null);
  private final @Nullable Fingerprints keyed;
  private final Set<String> fingerprints;

  ProtectedKeys(Config config) {
    Secret secret = config.fingerprintSecret();
    keyed = secret == null ? null : new Fingerprints(secret);
    Set<String> all = new HashSet<>(config.protectedFingerprints());
    for (Credentials credentials : config.accounts().values()) {
      if (credentials instanceof Credentials.SecureKey login) {
        all.add(plain.of(login.securekey()));
      }
    }
    fingerprints = Set.copyOf(all);
  }

  /** Whether the key is one of them; upper and lower case are the same key. */
  boolean contains(Secret key) {
    return !fingerprints.isEmpty()
        && (fingerprints.contains(plain.of(key))
            || (keyed != null && fingerprints.contains(keyed.of(key))));
  }
}
