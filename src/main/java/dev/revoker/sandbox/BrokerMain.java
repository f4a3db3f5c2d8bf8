package dev.revoker.sandbox;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import kafka.Kafka;
import kafka.tools.StorageTool;
import org.apache.kafka.common.utils.Utils;

/**
 * The main class of a node's JVM; its argument is the node's folder. Formats new storage, then runs
 * Kafka. Ends when its standard input ends, because then the parent has ended.
 */
final class BrokerMain {
  /** The same for all clusters: nodes find each other by their ports. */
  static final String CLUSTER_ID = "cmV2b2tlci1zYW5kYm94Lg";

  private BrokerMain() {}

  public static void main(String[] args) {
    Path folder = Path.of(args[0]);
    String settings = folder.resolve(BrokerNode.SETTINGS).toString();
    Thread.ofPlatform().name("parent-watch").daemon().start(() -> endWithParent(folder));
    if (!Files.exists(folder.resolve(BrokerNode.DATA).resolve("meta.properties"))) {
      String[] format = {
        "format", "--ignore-formatted", "--cluster-id", CLUSTER_ID, "--config", settings
      };
      int exit = StorageTool.execute(format, System.out);
      if (exit != 0) {
        throw new IllegalStateException("the storage could not be formatted: exit " + exit);
      }
    }
    Kafka.main(new String[] {settings});
  }

  private static void endWithParent(Path folder) {
    try {
      while (System.in.read() >= 0) {
        // The parent writes nothing.
      }
      Utils.delete(folder.toFile());
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
