package dev.revoker.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.Kafka;
import kafka.tools.StorageTool;

/**
 * Main of a broker's JVM. Argument: its folder. Formats the storage where that is new, then is
 * Kafka. Ends when its standard input does, for then the parent is gone.
 */
final class BrokerMain {
  /** One for all nodes that are started by {@link Broker}, who meet by their ports alone. */
  private static final String CLUSTER_ID = "cmV2b2tlci1zYW5kYm94Lg";

  private BrokerMain() {}

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    Path settings = folder.resolve(BrokerNode.SETTINGS);
    Thread.ofPlatform().name("parent-watch").daemon().start(() -> endWithParent(folder));
    if (!formatted(settings)) {
      format(settings);
    }
    Kafka.main(new String[] {settings.toString()});
  }

  private static boolean formatted(Path settings) throws IOException {
    Properties properties = new Properties();
    try (InputStream in = Files.newInputStream(settings)) {
      properties.load(in);
    }
    return Files.exists(Path.of(properties.getProperty("log.dirs"), "meta.properties"));
  }

  private static void format(Path settings) {
    String[] command = {
      "format", "--ignore-formatted", "--cluster-id", CLUSTER_ID, "--config", settings.toString()
    };
    int exit = StorageTool.execute(command, System.out);
    if (exit != 0) {
      throw new IllegalStateException("the storage could not be formatted: exit " + exit);
    }
  }

  private static void endWithParent(Path folder) {
    try {
      while (System.in.read() >= 0) {
        // The parent writes nothing; only the end of the stream says something.
      }
      Folders.remove(folder);
      Files.deleteIfExists(folder.resolveSibling(""));
    } catch (DirectoryNotEmptyException othersAreThere) {
      // The last node to go takes the cluster's folder with it.
    } catch (IOException e) {
      System.out.println("the parent is gone, and its folder could not be removed: " + e);
    } finally {
      Runtime.getRuntime().halt(1);
    }
  }
}
