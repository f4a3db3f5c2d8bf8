package dev.revoker.engine;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** Lets the loop's thread wait for other threads where it does not poll. */
public interface WakeupSignal {
  /** Ends the current wait, or else the next one. Any thread. */
  void send();

  /** Waits for a signal, at most so many milliseconds. The loop's thread. */
  void await(long timeoutMs);

  /** Waits this long, whatever is signalled; a signal stays for the next {@link #await}. */
  void pauseNanos(long nanos);

  /** A signal between threads of this JVM. */
  static WakeupSignal betweenThreads() {
    // One place: signals that nobody waits for do not add up.
    BlockingQueue<Boolean> sent = new ArrayBlockingQueue<>(1);
    return new WakeupSignal() {
      @Override
      public void send() {
        var unused = sent.offer(true);
      }

      @Override
      public void await(long timeoutMs) {
        try {
          var unused = sent.poll(timeoutMs, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
          // Nobody interrupts the loop's thread. If somebody did, the caller's deadline still
          // holds.
          Thread.currentThread().interrupt();
        }
      }

      @Override
      public void pauseNanos(long nanos) {
        try {
          TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    };
  }
}
