package dev.revoker.config;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads {@code protected.fingerprints}: the keys that are never removed. */
final class ProtectedFingerprints {
  static final String ALLOWED =
      "key_fingerprint values as results show them, separated by commas: sha256: or hmac-sha256:,"
          + " then 64 hex digits";

  private static final Pattern FINGERPRINT = Pattern.compile("(hmac-)?sha256:[0-9a-f]{64}");

  private ProtectedFingerprints() {}

  /** The fingerprints in lower case; empty if none are configured. */
  static Set<String> read(SettingsReader in) {
    String key = Keys.PROTECTED_FINGERPRINTS.name();
    Setting setting = in.usable(key);
    if (setting == null) {
      if (!in.has(key)) {
        in.report().unset(key);
      }
      return Set.of();
    }
    Set<String> fingerprints =
        Stream.of(setting.text().split(",", -1))
            .map(one -> one.strip().toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
    if (!fingerprints.stream().allMatch(one -> FINGERPRINT.matcher(one).matches())) {
      in.problems().wrong(setting, "must be " + ALLOWED);
    } else if (fingerprints.stream().anyMatch(one -> one.startsWith("hmac-"))
        && !in.has(Keys.FINGERPRINT_SECRET.name())) {
      in.problems()
          .wrong(
              setting,
              "has an hmac-sha256: fingerprint, which cannot be compared without "
                  + Keys.FINGERPRINT_SECRET.name());
    }
    return fingerprints;
  }
}
