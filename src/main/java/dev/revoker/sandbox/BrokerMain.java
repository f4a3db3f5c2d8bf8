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
 * The main class of a node's JVM; its argument is the node's folder. Formats new storage, then runs
 * Kafka. Ends when its standard input ends, because then the parent has ended.
 */
final class BrokerMain {
  /** The same for all clusters: nodes find each other by their ports. */
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
        // The parent writes nothing.
      }
      Folders.remove(folder);
      Files.deleteIfExists(folder.resolveSibling(""));
    } catch (DirectoryNotEmptyException othersAreThere) {
      // The last node that ends deletes the cluster's folder.
    } catch (IOException e) {
      System.out.println("the parent has ended; its folder could not be deleted: " + e);
    } finally {
      Runtime.getRuntime().halt(1);
    }
  }
}
