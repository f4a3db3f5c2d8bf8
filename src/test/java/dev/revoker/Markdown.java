package dev.revoker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the code blocks of a document. */
final class Markdown {
  private static final Pattern BLOCK =
      Pattern.compile("(?m)^```(\\w+)\\n(.*?)^```", Pattern.DOTALL);

  private Markdown() {}

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The blocks of this language. */
  static List<String> blocks(Path document, String language) {
    List<String> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(read(document));
    while (matcher.find()) {
      if (matcher.group(1).equals(language)) {
        blocks.add(matcher.group(2));
      }
    }
    return blocks;
  }

  /**
   * The commands of a shell block that begin with this, a pipe's or a continuation's lines joined.
   */
  static List<String> commands(Path document, String with) {
    List<String> commands = new ArrayList<>();
    for (String block : blocks(document, "sh")) {
      for (String command :
          block.replaceAll("\\\\\\n +", "").replaceAll("\\|\\n +", "| ").split("\n")) {
        if (command.contains(with)) {
          commands.add(command.strip());
        }
      }
    }
    return commands;
  }
}
