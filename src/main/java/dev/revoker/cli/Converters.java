package dev.revoker.cli;

import dev.revoker.submit.CommandException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** Converts arguments. */
final class Converters {
  private static final String PATH_FAULT =
      "a file's name cannot be expressed in this locale's encoding; use a UTF-8 locale, such as"
          + " LC_ALL=C.UTF-8";

  private Converters() {}

  static void register(CommandLine command) {
    command.registerConverter(Path.class, Converters::optionPath);
    command.registerConverter(Duration.class, Converters::duration);
  }

  /** The file of this name; a name that the system's encoding cannot express is a usage error. */
  static Path path(String name) throws CommandException {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw CommandException.usage(PATH_FAULT);
    }
  }

  private static Path optionPath(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw new TypeConversionException(PATH_FAULT);
    }
  }

  /** Such as {@code 30s}, {@code 5m}, {@code 2h}, {@code 3d}, or ISO 8601; more than zero. */
  static Duration duration(String text) {
    String upper = text.toUpperCase(Locale.ROOT);
    boolean days = upper.endsWith("D");
    try {
      Duration duration =
          Duration.parse(upper.startsWith("P") ? upper : (days ? "P" : "PT") + upper);
      if (duration.isPositive() && duration.toDays() <= 36_500) {
        return duration;
      }
    } catch (DateTimeParseException | ArithmeticException notADuration) {
      // Reported below.
    }
    throw new TypeConversionException(
        "must be a duration such as 30s, 5m or 2h, or ISO 8601 (PT5M), more than zero");
  }
}
