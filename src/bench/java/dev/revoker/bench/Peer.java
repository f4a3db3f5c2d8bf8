package dev.revoker.bench;

import java.io.File;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A program of the package {@code peer}. */
record Peer(String id, String title, String program, List<String> arguments)
    implements Implementation {
  private static final String HEAP = "256m";

  @Override
  public Child start(RunParameters parameters) {
    return start(parameters, Map.of());
  }

  /** The same with additional environment variables. */
  Child start(RunParameters parameters, Map<String, String> more) {
    List<String> command =
        new ArrayList<>(Child.java(classPath(), "dev.revoker.bench.peer." + program, HEAP));
    command.addAll(arguments);
    Map<String, String> environment = new HashMap<>(Implementation.environment(parameters));
    environment.putAll(more);
    return Child.start(command, environment, parameters.folder().resolve(id + ".log"));
  }

  /** Parallel Consumer hangs on the Kafka clients of the others, so it gets older ones. */
  private String classPath() {
    String all = System.getProperty("java.class.path");
    if (!program.equals("ParallelConsumer")) {
      return all;
    }
    String kafka = File.separator + "org" + File.separator + "apache" + File.separator + "kafka";
    return Stream.concat(
            Stream.of(Bench.target("bench/parallel-consumer/lib") + File.separator + "*"),
            Stream.of(all.split(File.pathSeparator)).filter(entry -> !entry.contains(kafka)))
        .collect(Collectors.joining(File.pathSeparator));
  }
}
