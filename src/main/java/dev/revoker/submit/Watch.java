package dev.revoker.submit;

import dev.revoker.config.Config;
import dev.revoker.time.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Shows results as they come. One thread runs it. */
public final class Watch {
  private static final Duration POLL = Duration.ofMillis(500);

  private final Config config;
  private final Wanted wanted;
  private final boolean json;
  private final Console console;
  private final WaitClock wait;

  /**
   * Which results; each part narrows them down. Without any part: all that exist now.
   *
   * @param batch the batch that the labels claim
   * @param request the request's id
   * @param fingerprint the key's fingerprint, as results show it
   * @param follow all from now on, without end
   */
  public record Wanted(
      @Nullable String batch,
      @Nullable String request,
      @Nullable String fingerprint,
      boolean follow) {

    boolean isEverything() {
      return batch == null && request == null && fingerprint == null;
    }

    /** Whether to wait for each row of a batch. */
    boolean isWholeBatch() {
      return batch != null && request == null && fingerprint == null;
    }
  }

  /**
   * Watches.
   *
   * @param json whether to print each result as it is, a line each
   * @param timeout bounds the wait; null for no limit
   */
  public Watch(
      Config config,
      Wanted wanted,
      boolean json,
      @Nullable Duration timeout,
      Console console,
      Time time) {
    this.config = config;
    this.wanted = wanted;
    this.json = json;
    this.console = console;
    this.wait = new WaitClock(time, timeout);
  }

  /** Whether the text is a fingerprint as results show it. */
  public static boolean isFingerprint(String text) {
    return KeyFingerprintIndex.isFingerprint(text);
  }

  /**
   * Runs until everything that is wanted has been shown, the time is used up, or nobody reads
   * standard output any more.
   *
   * @return whether every result that was shown is a success, and none is missing
   * @throws CommandException where the results cannot be read
   */
  public boolean run() throws CommandException {
    KafkaClients clients = new KafkaClients(config.kafka());
    clients.require(List.of(config.resultsTopic()));
    WatchedResults watched = new WatchedResults(wanted, json, console);
    try (TopicReader results = TopicReader.of(clients, List.of(config.resultsTopic()));
        BatchRequests requests = new BatchRequests(clients, watched);
        OutputPipe output = OutputPipe.open()) {
      TopicReader.Mark end = results.end();
      if (wanted.follow()) {
        results.seek(end);
      }
      if (!json) {
        console.printLines(ResultRecord.heading(console.columns()));
      }
      boolean announced = false;
      while (!console.isClosed()
          && !output.isClosed()
          && !(isDone(watched, results, end) && requests.areAnswered())) {
        if (wait.isOver()) {
          console.tell("--timeout is over: " + watched.missing());
          return wanted.follow() && watched.allSucceeded();
        }
        results.poll(POLL, watched::take);
        boolean first =
            !announced
                && results.reached(end)
                && !(isDone(watched, results, end) && requests.areAnswered());
        announced |= first;
        if (first || (console.columns() == 0 && wait.isSignDue())) {
          console.tell(watched.missing() + "; Ctrl-C ends this");
        }
      }
      return watched.allSucceeded() && requests.areKnown();
    }
  }

  private boolean isDone(WatchedResults watched, TopicReader results, TopicReader.Mark end)
      throws CommandException {
    return !wanted.follow()
        && results.reached(end)
        && (wanted.isEverything() || watched.isComplete());
  }

  /**
   * The requests of the batch that is watched. Results alone do not tell whether all have come:
   * somebody else's request can name the batch and a smaller size. Reads the request topics only
   * once each row that is known has a result.
   */
  private final class BatchRequests implements AutoCloseable {
    private final KafkaClients clients;
    private final WatchedResults watched;
    private @Nullable TopicReader reader;
    private boolean unreadable;

    BatchRequests(KafkaClients clients, WatchedResults watched) {
      this.clients = clients;
      this.watched = watched;
    }

    /**
     * Whether each request that is in its topic by now has a result; true where it is not known.
     */
    boolean areAnswered() {
      if (!wanted.isWholeBatch() || unreadable) {
        return true;
      }
      try {
        TopicReader requests = reader == null ? open() : reader;
        reader = requests;
        TopicReader.Mark end = requests.end();
        requests.drain(end, () -> wait.isOver() || console.isClosed(), watched::takeRequest);
        return requests.reached(end) && watched.openRequests() == 0;
      } catch (CommandException failed) {
        if (failed.isRetriable()) {
          return false;
        }
        unreadable = true;
        console.tell(
            "cannot read the request topics ("
                + failed.text()
                + "), so it is not known whether further requests of this batch wait");
        return true;
      }
    }

    boolean areKnown() {
      return !unreadable;
    }

    private TopicReader open() throws CommandException {
      List<String> topics =
          new ArrayList<>(config.lanes().stream().map(Config.Lane::topic).toList());
      topics.removeAll(clients.missing(topics));
      return TopicReader.of(clients, topics);
    }

    @Override
    public void close() {
      if (reader != null) {
        reader.close();
      }
    }
  }

  /**
   * Finds out that the reader of standard output is gone without writing to it: {@code watch
   * --follow | head -1} is to end although no further result comes. Java cannot ask the system for
   * that, but GNU's {@code tail -f} can: it ends by SIGPIPE when the reader of its output is gone.
   * Where standard output is not a pipe, or tail is another one, only the next write tells.
   */
  private static final class OutputPipe implements AutoCloseable {
    private static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");

    /** 128 and the number of the signal. */
    private static final int ENDED_BY_SIGPIPE = 141;

    private final @Nullable Process tail;

    private OutputPipe(@Nullable Process tail) {
      this.tail = tail;
    }

    /** Starts to watch standard output. */
    static OutputPipe open() {
      try {
        if (!Files.readSymbolicLink(STANDARD_OUTPUT).toString().startsWith("pipe:")) {
          return new OutputPipe(null);
        }
        String self = "--pid=" + ProcessHandle.current().pid();
        return new OutputPipe(
            new ProcessBuilder("tail", "-f", self, "/dev/null")
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
      } catch (IOException | UnsupportedOperationException notHere) {
        return new OutputPipe(null);
      }
    }

    /** Whether nobody reads standard output. */
    boolean isClosed() {
      return tail != null && !tail.isAlive() && tail.exitValue() == ENDED_BY_SIGPIPE;
    }

    @Override
    public void close() {
      if (tail != null) {
        tail.destroy();
      }
    }
  }
}
