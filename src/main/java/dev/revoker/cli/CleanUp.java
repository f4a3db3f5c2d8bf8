package dev.revoker.cli;

/** Runs tasks when the JVM ends, so that Ctrl-C leaves no process and no temporary folder. */
final class CleanUp {
  private CleanUp() {}

  /** Closes the resource when the JVM ends; closing it twice must do no harm. */
  static void onExit(AutoCloseable resource) {
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> close(resource)));
  }

  /** Closes the resource when the JVM ends, after the task. */
  static void onExit(Runnable first, AutoCloseable resource) {
    onExit(
        () -> {
          first.run();
          close(resource);
        });
  }

  /**
   * Runs the task if the JVM ends before the returned runnable has run.
   *
   * @return cancels the task
   */
  static Runnable onEarlyExit(Runnable task) {
    Thread thread = Thread.ofPlatform().unstarted(task);
    Runtime.getRuntime().addShutdownHook(thread);
    return () -> {
      try {
        Runtime.getRuntime().removeShutdownHook(thread);
      } catch (IllegalStateException tooLate) {
        // The JVM is ending: the task runs already.
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
