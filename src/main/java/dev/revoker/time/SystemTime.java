package dev.revoker.time;

import java.time.Instant;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The machine's clock, and one daemon thread for all timers. */
public final class SystemTime implements Time, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SystemTime.class);

  private final ScheduledThreadPoolExecutor timers;

  public SystemTime() {
    timers =
        new ScheduledThreadPoolExecutor(
            1, task -> Thread.ofPlatform().name("revoker-timer").daemon().unstarted(task));
    // A back-off that was cut short must not stay in memory until its time.
    timers.setRemoveOnCancelPolicy(true);
    timers.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public Timer after(long delayMs, Runnable task) {
    ScheduledFuture<?> scheduled =
        timers.schedule(() -> guarded(task), Math.max(0, delayMs), TimeUnit.MILLISECONDS);
    return () -> scheduled.cancel(false);
  }

  @Override
  public void close() {
    timers.shutdownNow();
  }

  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error bug) {
      LOG.atError().setCause(bug).log("a timer's task failed; the other timers go on");
      throw bug;
    }
  }
}
