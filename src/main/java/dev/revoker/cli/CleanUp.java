package dev.revoker.cli;

/** Ctrl-C must leave no child process and no temporary folder behind. */
final class CleanUp {
  private CleanUp() {}

  /** Closes it when the JVM ends, however it ends; closing it twice must do no harm. */
  static void onExit(AutoCloseable resource) {
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> close(resource)));
  }

  /**
   * Runs the task if the JVM is told to end.
   *
   * @return to be run when the task is not needed any more
   */
  static Runnable onEarlyExit(Runnable task) {
    Thread thread = Thread.ofPlatform().unstarted(task);
    Runtime.getRuntime().addShutdownHook(thread);
    return () -> {
      try {
        Runtime.getRuntime().removeShutdownHook(thread);
      } catch (IllegalStateException tooLate) {
        // It runs already: the JVM is ending.
      }
    };
  }

  private static void close(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      System.err.println("revoker: could not clean up: " + e.getMessage());
    }
  }
}
