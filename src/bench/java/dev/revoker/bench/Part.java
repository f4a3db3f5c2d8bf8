package dev.revoker.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * A part of the worker to which a sample of CPU time belongs: the part of the innermost frame that
 * any part claims, so the JDK's time belongs to its caller.
 */
enum Part {
  JSON("JSON: reading requests, writing results", "tools.jackson.", "dev.revoker.message."),
  HTTP("HTTP: the call, its parser, the socket", "dev.revoker.api.", "org.apache.hc."),
  DISPATCH(
      "Deciding about calls: lanes, retry, breaker",
      "dev.revoker.resilience.",
      "io.github.resilience4j."),
  METERS("Meters", "dev.revoker.ops.", "io.micrometer.", "io.prometheus.", "org.HdrHistogram."),
  PRODUCER("Kafka: results and transactions", "org.apache.kafka.clients.producer."),
  CONSUMER("Kafka: consuming", "org.apache.kafka.clients.consumer."),
  LOOP("Intake, progress, commits", "dev.revoker.engine.", "dev.revoker.engine."),
  KAFKA("Kafka: other", "org.apache.kafka.clients."),
  SCHEDULER(
      "Virtual threads' scheduler and poller",
      "java.lang.VirtualThread",
      "java.util.concurrent.ForkJoin",
      "sun.nio.ch.Poller",
      "jdk.internal.vm."),
  OTHER("Other");

  private final String title;
  private final List<String> prefixes;

  Part(String title, String... prefixes) {
    this.title = title;
    this.prefixes = List.of(prefixes);
  }

  String title() {
    return title;
  }

  /** How many samples belong to each. */
  static Map<Part, Integer> samples(Path recording) throws IOException {
    Map<Part, Integer> samples = new EnumMap<>(Part.class);
    try (RecordingFile file = new RecordingFile(recording)) {
      while (file.hasMoreEvents()) {
        RecordedEvent event = file.readEvent();
        if (event.getEventType().getName().equals("jdk.CPUTimeSample")) {
          samples.merge(of(event), 1, Integer::sum);
        }
      }
    }
    return samples;
  }

  private static Part of(RecordedEvent event) {
    if (event.getStackTrace() == null) {
      return OTHER;
    }
    // The scheduler is below every virtual thread's frames, so it is matched last.
    return event.getStackTrace().getFrames().stream()
        .map(Part::of)
        .filter(part -> part != OTHER && part != SCHEDULER)
        .findFirst()
        .orElseGet(
            () ->
                event.getStackTrace().getFrames().stream()
                    .map(Part::of)
                    .filter(part -> part != OTHER)
                    .findFirst()
                    .orElse(OTHER));
  }

  private static Part of(RecordedFrame frame) {
    String type = frame.getMethod().getType().getName();
    for (Part part : values()) {
      if (part.prefixes.stream().anyMatch(type::startsWith)) {
        return part;
      }
    }
    return OTHER;
  }
}
