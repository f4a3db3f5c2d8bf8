package dev.revoker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.sandbox.WorkerProcess;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A folder to type a document's commands in: it has {@code bin/revoker} and Kafka's console tools,
 * made of the classes that this test runs with and of those in {@code target/kafka-tools}.
 */
final class Shell {
  private static final Map<String, String> TOOLS =
      Map.of(
          "kafka-topics.sh", "org.apache.kafka.tools.TopicCommand",
          "kafka-acls.sh", "org.apache.kafka.tools.AclCommand",
          "kafka-configs.sh", "kafka.admin.ConfigCommand",
          "kafka-console-producer.sh", "org.apache.kafka.tools.ConsoleProducer",
          "kafka-console-consumer.sh", "org.apache.kafka.tools.consumer.ConsoleConsumer",
          "kafka-consumer-groups.sh", "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand");

  private final Path folder;
  private final String brokers;

  /** How a command ended. */
  record Run(int exit, String out, String err) {}

  Shell(Path folder, String brokers) throws IOException {
    this.folder = folder;
    this.brokers = brokers;
    Path bin = Files.createDirectories(folder.resolve("bin"));
    program(bin.resolve("revoker"), WorkerProcess.classPath(), "dev.revoker.App \"$@\"");
    // Only jars, because the JVM archives no classes of folders: the first tool writes the archive.
    String jars =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> entry.endsWith(".jar"))
            .collect(Collectors.joining(File.pathSeparator));
    List<String> tools =
        List.of(
            "-Dlogback.configurationFile="
                + file(
                    "logback.xml",
                    "<configuration><appender name='err'"
                        + " class='ch.qos.logback.core.ConsoleAppender'>",
                    "<target>System.err</target><encoder><pattern>%level"
                        + " %msg%n%ex</pattern></encoder>",
                    "</appender><root level='WARN'><appender-ref"
                        + " ref='err'/></root></configuration>"),
            "-Xlog:disable",
            "-XX:+AutoCreateSharedArchive",
            "-XX:SharedArchiveFile=" + folder.resolve("tools.jsa"),
            "-cp",
            Path.of("target/kafka-tools").toAbsolutePath() + "/*" + File.pathSeparator + jars);
    for (Map.Entry<String, String> tool : TOOLS.entrySet()) {
      // As an administrator would have it who connects by a file of client settings.
      String call = tool.getValue() + " \"$@\" $MORE --command-config client.properties";
      program(bin.resolve(tool.getKey()), tools, call);
    }
  }

  Path file(String name, String... lines) throws IOException {
    return Files.write(folder.resolve(name), List.of(lines));
  }

  /** Runs the command with the broker's address in place of the document's. */
  Run type(String command, Map<String, String> environment) throws Exception {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder shell =
        new ProcessBuilder("/bin/sh", "-c", command.replace("kafka:9092", brokers))
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    shell
        .environment()
        .merge("PATH", folder.resolve("bin").toString(), (path, bin) -> bin + ":" + path);
    shell.environment().putAll(environment);
    Process process = shell.start();
    process.getOutputStream().close();
    boolean ended = process.waitFor(90, TimeUnit.SECONDS);
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    Run run = new Run(ended ? process.exitValue() : -1, text(out), text(err));
    assertThat(ended).as(command + ": it ends: " + run).isTrue();
    return run;
  }

  /** The program on the PATH, if there is one. */
  static Optional<Path> find(String program) {
    return Stream.of(System.getenv("PATH").split(":"))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Whether the command ends with 0. */
  static boolean succeeds(String... command) {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException none) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void program(Path file, List<String> classes, String call) throws IOException {
    List<String> words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx64m"));
    words.addAll(classes);
    words.replaceAll(word -> "'" + word + "'");
    Files.writeString(file, "#!/bin/sh\nexec " + String.join(" ", words) + " " + call + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }
}
