package dev.revoker.engine;

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

class CompletionQueueTest {
  private static final int ROUNDS = 100_000;

  private final Semaphore woken = new Semaphore(0);

  /**
   * Completions arrive just when the loop goes to sleep. A lost wakeup shows as a poll that times
   * out although a completion is queued.
   */
  @Test
  @Timeout(120)
  void theLoopDoesNotSleepWhileACompletionIsQueued() throws Exception {
    CompletionQueue completions =
        new CompletionQueue(woken::release, WakeupSignal.betweenThreads());
    TrackedRequest pending = pending(completions);
    AtomicInteger taken = new AtomicInteger();
    Thread caller = Thread.ofPlatform().start(() -> completeOneByOne(completions, pending, taken));

    while (taken.get() < ROUNDS) {
      if (completions.mayBlock(0)) {
        assertThat(woken.tryAcquire(10, TimeUnit.SECONDS)).as("woken after %s", taken).isTrue();
      } else {
        completions.take();
        taken.incrementAndGet();
      }
      completions.polled();
    }
    caller.join();
    assertThat(completions.mayBlock(0)).as("nothing is queued").isTrue();
  }

  private static void completeOneByOne(
      CompletionQueue completions, TrackedRequest pending, AtomicInteger taken) {
    for (int round = 0; round < ROUNDS; round++) {
      while (taken.get() < round) {
        Thread.onSpinWait();
      }
      completions.add(pending);
    }
  }

  @Test
  void aSignalKeepsTheNextPollFromBlocking() {
    CompletionQueue completions =
        new CompletionQueue(woken::release, WakeupSignal.betweenThreads());
    completions.signal();

    assertThat(completions.mayBlock(0)).isFalse();
    completions.polled();
    assertThat(completions.mayBlock(0)).as("once").isTrue();
  }

  @Test
  void aPollGetsOneWakeup() {
    AtomicInteger wakeups = new AtomicInteger();
    CompletionQueue completions =
        new CompletionQueue(wakeups::incrementAndGet, WakeupSignal.betweenThreads());
    completions.add(pending(completions));
    assertThat(wakeups).hasValue(0);

    completions.take();
    assertThat(completions.mayBlock(0)).isTrue();
    completions.add(pending(completions));
    completions.add(pending(completions));
    completions.signal();
    assertThat(wakeups).hasValue(1);
  }

  @Test
  void aPacedPollEndsAfterSoManyCompletionsOrAPromptOne() {
    AtomicInteger wakeups = new AtomicInteger();
    CompletionQueue completions =
        new CompletionQueue(wakeups::incrementAndGet, WakeupSignal.betweenThreads());
    completions.add(pending(completions));
    assertThat(completions.mayBlock(2)).isTrue();
    completions.add(pending(completions));
    assertThat(wakeups).as("two may be queued").hasValue(0);
    completions.add(pending(completions));
    assertThat(wakeups).as("the third ends the poll").hasValue(1);
    completions.polled();
    assertThat(completions.mayBlock(2)).as("three are queued").isFalse();

    assertThat(completions.mayBlock(10)).isTrue();
    completions.add(prompt(completions));
    assertThat(wakeups).as("an urgent one ends the poll").hasValue(2);
    completions.polled();
    assertThat(completions.mayBlock(10)).as("an urgent one is queued").isFalse();
  }

  @Test
  void aLoopThatDoesNotPollGetsTheSignalAndNoWakeup() {
    AtomicInteger wakeups = new AtomicInteger();
    AtomicInteger rings = new AtomicInteger();
    WakeupSignal wakeupSignal =
        new WakeupSignal() {
          @Override
          public void send() {
            rings.incrementAndGet();
          }

          @Override
          public void await(long timeoutMs) {}

          @Override
          public void pauseNanos(long nanos) {}
        };
    CompletionQueue completions = new CompletionQueue(wakeups::incrementAndGet, wakeupSignal);
    assertThat(completions.mayBlock(0)).isTrue();
    completions.polled();
    completions.add(pending(completions));
    assertThat(completions.mayBlock(0)).isFalse();
    completions.signal();

    assertThat(wakeups).hasValue(0);
    assertThat(rings).hasValue(2);
  }

  @Test
  @Timeout(30)
  void aSignalEndsOneWaitAndSignalsDoNotAddUp() throws Exception {
    WakeupSignal wakeupSignal = WakeupSignal.betweenThreads();
    for (int i = 0; i < 1000; i++) {
      wakeupSignal.send();
    }
    wakeupSignal.await(20_000);
    long before = System.nanoTime();
    wakeupSignal.await(50);
    assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(49_000_000);

    Thread ringer = Thread.ofVirtual().start(wakeupSignal::send);
    wakeupSignal.await(20_000);
    ringer.join();
  }

  private static TrackedRequest pending(CompletionQueue completions) {
    return request(completions, false);
  }

  private static TrackedRequest prompt(CompletionQueue completions) {
    return request(completions, true);
  }

  private static TrackedRequest request(CompletionQueue completions, boolean prompt) {
    var reader = new RequestReader(Set.of("acme"), "acme", new Fingerprints(null));
    var request =
        reader.read(
            new Source("t", 0, 0), "standard", null, n -> null, Instant.EPOCH, Instant.EPOCH);
    Lane lane = new Lane("standard", "t", 64, prompt);
    return new TrackedRequest(new Partition(Rig.ZERO, lane), request, 0, completions);
  }
}
