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
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Properties;

/**
 * Reads a Java properties file in UTF-8 and notes the line of each key. {@link Properties} alone
 * would silently keep the last of two equal keys.
 */
final class PropertiesFile {
  private static final int LONGEST_BYTES = 1 << 20;
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private PropertiesFile() {}

  /** The result of reading a file. */
  sealed interface Contents {}

  /** Each key in the order of the file; a key may occur twice. */
  record Read(List<Setting> settings, List<Integer> brokenLines) implements Contents {}

  /** The file could not be read; the text says why. */
  record Unreadable(String why) implements Contents {}

  static Contents read(String path) {
    try (InputStream in = Files.newInputStream(Path.of(path))) {
      byte[] bytes = in.readNBytes(LONGEST_BYTES + 1);
      if (bytes.length > LONGEST_BYTES) {
        return new Unreadable("is larger than " + LONGEST_BYTES + " bytes");
      }
      return parse(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (NoSuchFileException e) {
      return new Unreadable("does not exist");
    } catch (AccessDeniedException e) {
      return new Unreadable("may not be read by this user");
    } catch (CharacterCodingException e) {
      return new Unreadable("is not UTF-8");
    } catch (InvalidPathException e) {
      return new Unreadable("has a name that is no path");
    } catch (IOException e) {
      return new Unreadable(Files.isDirectory(Path.of(path)) ? "is a folder" : "cannot be read");
    }
  }

  private static Contents parse(String text) {
    List<Setting> settings = new ArrayList<>();
    List<Integer> brokenLines = new ArrayList<>();
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
            .forEach(key -> settings.add(Setting.fromFile(key, one.getProperty(key), first)));
      } catch (IllegalArgumentException | IOException brokenEscape) {
        brokenLines.add(first);
      }
    }
    return new Read(settings, brokenLines);
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
