package dev.revoker.sandbox;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The oldest broker that README names, from the jars that the build copies. Its main class formats
 * the storage, because the old format tool ends the JVM.
 */
public final class OldestBroker {
  private static final Path JARS = Path.of("target", "oldest-broker");
  private static final Pattern JAR = Pattern.compile(".*/kafka_2\\.13-(.+)\\.jar");

  private OldestBroker() {}

  /** Starts one node. */
  public static Broker start() {
    List<String> path = new ArrayList<>(List.of("target/test-classes", "target/classes"));
    path.addAll(jars());
    return Broker.start(
        new Broker.Options(
            List.of(1),
            Map.of("broker.session.timeout.ms", "60000"),
            List.of("-cp", String.join(File.pathSeparator, path), OldestBroker.class.getName())));
  }

  /** The version in the name of the broker's jar. */
  public static String version() {
    return jars().stream()
        .map(JAR::matcher)
        .filter(Matcher::matches)
        .map(jar -> jar.group(1))
        .collect(Collectors.joining(", "));
  }

  private static List<String> jars() {
    try (Stream<Path> jars = Files.list(JARS)) {
      return jars.map(Path::toString).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("the build has not copied the broker", e);
    }
  }

  /** Runs in the node's JVM; the argument is the node's folder. */
  public static void main(String[] args) throws IOException {
    Path data = Files.createDirectories(Path.of(args[0], BrokerNode.DATA));
    Path formatted = data.resolve("meta.properties");
    if (!Files.exists(formatted)) {
      Files.writeString(
          formatted, "version=1\ncluster.id=" + BrokerNode.Main.CLUSTER_ID + "\nnode.id=1\n");
    }
    BrokerNode.Main.main(args);
  }
}
