package dev.revoker.engine;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What keeps results from being committed. Told when it begins and when it is over, and not at
 * every attempt between. Changed by the loop's thread, seen by any.
 */
final class Trouble {
  private static final Logger LOG = LoggerFactory.getLogger(Trouble.class);

  private volatile @Nullable String why = "not connected yet";
  private boolean told;

  void begins(String cause, int answered) {
    why = cause;
    if (!told) {
      told = true;
      LOG.atWarn()
          .addKeyValue("cause", cause)
          .addKeyValue("answered", answered)
          .log("results cannot be committed now: they are kept and sent again");
    }
  }

  void isOver() {
    why = null;
    if (told) {
      told = false;
      LOG.atInfo().log("results are committed");
    }
  }

  /** Null if there is none. */
  @Nullable String why() {
    return why;
  }
}
