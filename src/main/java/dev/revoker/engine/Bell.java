package dev.revoker.engine;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** Where the loop's thread waits for completions when it must not poll. */
public interface Bell {
  /** Ends the wait under way, or the next one. Any thread. */
  void ring();

  /** Waits for a ring, at most so many milliseconds. The loop's thread. */
  void await(long timeoutMs);

  /** A bell for threads of this JVM. */
  static Bell ofThreads() {
    // One place: rings that nobody waits for do not add up.
    BlockingQueue<Boolean> rung = new ArrayBlockingQueue<>(1);
    return new Bell() {
      @Override
      public void ring() {
        var unused = rung.offer(true);
      }

      @Override
      public void await(long timeoutMs) {
        try {
          var unused = rung.poll(timeoutMs, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
          // Nobody interrupts the loop's thread; were it done, the caller's deadline ends the wait.
          Thread.currentThread().interrupt();
        }
      }
    };
  }
}
