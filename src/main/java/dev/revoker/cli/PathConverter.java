package dev.revoker.cli;

import dev.revoker.submit.CommandException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Converts file names; a name that the system's encoding cannot express is a usage error. */
final class PathConverter implements ITypeConverter<Path> {
  private static final String FAULT =
      "a file's name cannot be expressed in this locale's encoding; use a UTF-8 locale, such as"
          + " LC_ALL=C.UTF-8";

  @Override
  public Path convert(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw new TypeConversionException(FAULT);
    }
  }

  /** The file of this name. */
  static Path path(String name) throws CommandException {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw CommandException.usage(FAULT);
    }
  }
}
