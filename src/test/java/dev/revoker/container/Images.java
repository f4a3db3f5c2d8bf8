package dev.revoker.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The suite runs the images that docker-compose.yml and the Dockerfile name. */
final class Images {
  private Images() {}

  /** With its tag. */
  static String named(String name) {
    try {
      String files =
          Files.readString(Path.of("docker-compose.yml"))
              + Files.readString(Path.of("deploy", "Dockerfile"));
      return Pattern.compile("(?:image: |ARG BASE=)(" + Pattern.quote(name) + ":\\S+)")
          .matcher(files)
          .results()
          .findFirst()
          .orElseThrow()
          .group(1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
