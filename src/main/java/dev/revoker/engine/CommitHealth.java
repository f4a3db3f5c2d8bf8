package dev.revoker.engine;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What keeps results from being committed. Logs the first failure and the recovery, and no attempt
 * between. Changed by the loop's thread, read by any.
 */
final class CommitHealth {
  private static final Logger LOG = LoggerFactory.getLogger(CommitHealth.class);

  private volatile Optional<String> problem = Optional.of("not connected yet");
  private boolean logged;

  void failed(String cause, int completed) {
    problem = Optional.of(cause);
    if (!logged) {
      logged = true;
      LOG.atWarn()
          .addKeyValue("cause", cause)
          .addKeyValue("completed", completed)
          .log("results cannot be committed: keeping them and trying again");
    }
  }

  void recovered() {
    problem = Optional.empty();
    if (logged) {
      logged = false;
      LOG.atInfo().log("results are committed again");
    }
  }

  /** Empty if results can be committed. */
  Optional<String> problem() {
    return problem;
  }
}
