package dev.revoker.chaos;

import dev.revoker.model.Secret;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * All secrets of a run, each {@value #DIGITS} hex digits, and the search for them in a text. Looks
 * at each run of hex digits, so the time does not depend on the number of secrets.
 */
final class KnownSecrets {
  /** The length of each secret. */
  static final int DIGITS = 32;

  private final Set<String> all = ConcurrentHashMap.newKeySet();

  void add(Secret secret) {
    if (secret.reveal().length() != DIGITS) {
      throw new IllegalArgumentException("a secret of another length");
    }
    all.add(secret.reveal().toLowerCase(Locale.ROOT));
  }

  int count() {
    return all.size();
  }

  /** The index of the first secret, or -1. */
  int indexIn(String text) {
    int from = 0;
    for (int at = 0; at < text.length(); at++) {
      if (Character.digit(text.charAt(at), 16) < 0) {
        from = at + 1;
      } else if (at + 1 - from >= DIGITS
          && all.contains(text.substring(at + 1 - DIGITS, at + 1).toLowerCase(Locale.ROOT))) {
        return at + 1 - DIGITS;
      }
    }
    return -1;
  }

  /** The number of the first line of a file with a secret, or null. */
  @Nullable Long lineIn(Path file) throws IOException {
    long number = 0;
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (indexIn(line) >= 0) {
          return number;
        }
      }
    }
    return null;
  }
}
