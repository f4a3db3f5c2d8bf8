package dev.revoker.sandbox;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The class path of a child JVM, as arguments of {@code java}: the jars of the distribution folder
 * if {@code bin/revoker} or the build named it, otherwise this JVM's own class path. In integration
 * tests also an archive of class data, with which a JVM starts in half the CPU time.
 */
public final class ChildClasses {
  private static final String HOME = "revoker.home";

  /** The folder of the archives, and whether the child shall write one at its end. */
  private static final String ARCHIVES = "revoker.child.archives";

  private static final String WRITE_ARCHIVES = "revoker.child.archives.write";

  /** More options of the JVM, separated by spaces. */
  private static final String OPTIONS = "revoker.child.options";

  private ChildClasses() {}

  /** For the worker or another command: without the broker's jars, as in production. */
  public static List<String> worker() {
    List<String> path = new ArrayList<>(jars("lib"));
    if (path.isEmpty()) {
      String brokerJars = File.separator + "lib" + File.separator + "sandbox" + File.separator;
      path.addAll(ownClassPath());
      path.removeIf(entry -> entry.contains(brokerJars));
    }
    return arguments("worker", path);
  }

  /** For a broker. */
  static List<String> broker() {
    List<String> path = new ArrayList<>(jars("lib"));
    path.addAll(jars("lib/sandbox"));
    return arguments("broker", path.isEmpty() ? ownClassPath() : path);
  }

  private static List<String> arguments(String kind, List<String> path) {
    List<String> arguments =
        new ArrayList<>(List.of(System.getProperty(OPTIONS, "").split(" +", -1)));
    arguments.removeIf(String::isEmpty);
    String folder = System.getProperty(ARCHIVES);
    Path archive = folder == null ? null : Path.of(folder, kind + ".jsa");
    if (archive != null && Boolean.getBoolean(WRITE_ARCHIVES)) {
      arguments.add("-XX:ArchiveClassesAtExit=" + archive);
    } else if (archive != null && Files.exists(archive)) {
      // The JVM would print a warning if the archive does not fit, and run without it.
      arguments.addAll(List.of("-Xlog:disable", "-XX:SharedArchiveFile=" + archive));
    }
    arguments.addAll(List.of("-cp", String.join(File.pathSeparator, path)));
    return arguments;
  }

  private static List<String> ownClassPath() {
    return List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1));
  }

  /** The jars of a folder of the distribution, always in the same order. */
  private static List<String> jars(String folder) {
    String home = System.getProperty(HOME);
    if (home == null) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(Path.of(home, folder))) {
      return files.map(Path::toString).filter(file -> file.endsWith(".jar")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("the folder with the jars cannot be read", e);
    }
  }
}
