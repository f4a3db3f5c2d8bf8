package dev.revoker.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The suite runs the images that docker-compose.yml names. */
final class ComposeFile {
  private ComposeFile() {}

  /** With its tag. */
  static String image(String name) {
    try {
      return Pattern.compile("image: (" + Pattern.quote(name) + ":\\S+)")
          .matcher(Files.readString(Path.of("docker-compose.yml")))
          .results()
          .findFirst()
          .orElseThrow()
          .group(1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
