package dev.revoker.consume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.message.Fingerprints;
import dev.revoker.message.RequestReader;
import dev.revoker.model.Source;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class CompletionsTest {
  private static final int THREADS = 4;
  private static final int EACH = 20_000;

  private final Semaphore woken = new Semaphore(0);

  /**
   * Threads complete, and the loop blocks in its poll whenever it may. A lost wakeup shows as a
   * poll that times out while there is something to do.
   */
  @Test
  @Timeout(60)
  void noCompletionIsLeftWhileTheLoopSleeps() throws Exception {
    Completions completions = new Completions(woken::release, Bell.ofThreads());
    for (int thread = 0; thread < THREADS; thread++) {
      Pending pending = pending(completions);
      Thread.ofVirtual()
          .start(
              () -> {
                for (int i = 0; i < EACH; i++) {
                  completions.add(pending);
                  if (i % 64 == 0) {
                    Thread.yield();
                  }
                }
              });
    }

    for (int taken = 0; taken < THREADS * EACH; ) {
      while (completions.next() != null) {
        taken++;
      }
      if (taken < THREADS * EACH && completions.mayBlock()) {
        assertThat(woken.tryAcquire(20, TimeUnit.SECONDS)).as("woken after %s", taken).isTrue();
      }
      completions.polled();
    }
    assertThat(completions.next()).isNull();
  }

  @Test
  void aSignalKeepsTheNextPollFromBlocking() {
    Completions completions = new Completions(woken::release, Bell.ofThreads());
    completions.signal();

    assertThat(completions.mayBlock()).isFalse();
    completions.polled();
    assertThat(completions.mayBlock()).as("once").isTrue();
  }

  @Test
  void aPollIsWokenOnce() {
    AtomicInteger wakeups = new AtomicInteger();
    Completions completions = new Completions(wakeups::incrementAndGet, Bell.ofThreads());
    completions.add(pending(completions));
    assertThat(wakeups).hasValue(0);

    while (completions.next() != null) {
      // Taken.
    }
    assertThat(completions.mayBlock()).isTrue();
    completions.add(pending(completions));
    completions.add(pending(completions));
    completions.signal();
    assertThat(wakeups).hasValue(1);
  }

  @Test
  @Timeout(30)
  void aRingEndsOneWaitAndRingsDoNotAddUp() throws Exception {
    Bell bell = Bell.ofThreads();
    for (int i = 0; i < 1000; i++) {
      bell.ring();
    }
    bell.await(20_000);
    long before = System.nanoTime();
    bell.await(50);
    assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(49_000_000);

    Thread ringer = Thread.ofVirtual().start(bell::ring);
    bell.await(20_000);
    ringer.join();
  }

  private static Pending pending(Completions completions) {
    var reader = new RequestReader(Set.of("acme"), "acme", new Fingerprints(null));
    var request =
        reader.read(
            new Source("t", 0, 0), "standard", null, n -> null, Instant.EPOCH, Instant.EPOCH);
    Lane lane = new Lane("standard", "t", 64);
    return new Pending(new Partition(Rig.ZERO, lane), request, 0, completions);
  }
}
