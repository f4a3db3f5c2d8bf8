package dev.revoker.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Reads a Java properties file in UTF-8 and notes the line of each key. {@link Properties} alone
 * would silently keep the last of two equal keys.
 */
final class PropertiesFile {
  private static final int LONGEST_BYTES = 1 << 20;
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private PropertiesFile() {}

  /**
   * Adds the settings in the order of the file, and notes the lines that are broken.
   *
   * @return why the file cannot be read; null if it was read
   */
  static @Nullable String read(String path, SettingsReader settings) {
    try (InputStream in = Files.newInputStream(Path.of(path))) {
      byte[] bytes = in.readNBytes(LONGEST_BYTES + 1);
      if (bytes.length > LONGEST_BYTES) {
        return "is larger than " + LONGEST_BYTES + " bytes";
      }
      parse(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString(), settings);
      return null;
    } catch (NoSuchFileException e) {
      return "does not exist";
    } catch (AccessDeniedException e) {
      return "may not be read by this user";
    } catch (CharacterCodingException e) {
      return "is not UTF-8";
    } catch (InvalidPathException e) {
      return "has a name that is no path";
    } catch (IOException e) {
      return Files.isDirectory(Path.of(path)) ? "is a folder" : "cannot be read";
    }
  }

  private static void parse(String text, SettingsReader settings) {
    String unmarked = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    Iterator<String> lines = unmarked.lines().iterator();
    int next = 1;
    while (lines.hasNext()) {
      int first = next;
      StringBuilder whole = new StringBuilder(lines.next());
      next++;
      while (continues(whole) && lines.hasNext()) {
        whole.append('\n').append(lines.next());
        next++;
      }
      try {
        Properties one = new Properties();
        one.load(new StringReader(whole.toString()));
        one.stringPropertyNames()
            .forEach(key -> settings.add(new Setting(key, one.getProperty(key), first, null)));
      } catch (IllegalArgumentException | IOException brokenEscape) {
        settings.note("line " + first, "a \\u must be followed by four hex digits");
      }
    }
  }

  /** Whether the line is not a comment and ends with an odd number of backslashes. */
  private static boolean continues(StringBuilder line) {
    String start = line.toString().stripLeading();
    if (start.startsWith("#") || start.startsWith("!")) {
      return false;
    }
    int slashes = 0;
    while (slashes < line.length() && line.charAt(line.length() - 1 - slashes) == '\\') {
      slashes++;
    }
    return slashes % 2 == 1;
  }
}
