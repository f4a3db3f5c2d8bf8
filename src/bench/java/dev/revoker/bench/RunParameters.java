package dev.revoker.bench;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/**
 * The parameters of one implementation's run.
 *
 * @param name of the run and of the consumer group
 * @param urgent whether there is also an urgent topic
 * @param concurrency API calls at a time
 * @param folder for its log and its files
 */
record RunParameters(
    String brokers, URI api, String name, boolean urgent, int concurrency, Path folder) {
  String requests() {
    return name + ".requests";
  }

  String urgentRequests() {
    return name + ".urgent";
  }

  String results() {
    return name + ".results";
  }

  /** The topics of requests that there are. */
  List<String> requestTopics() {
    return urgent ? List.of(urgentRequests(), requests()) : List.of(requests());
  }
}
