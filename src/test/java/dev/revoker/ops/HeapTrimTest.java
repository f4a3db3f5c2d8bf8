package dev.revoker.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.time.ManualTime;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HeapTrimTest {
  private final ManualTime time = new ManualTime();
  private final AtomicLong used = new AtomicLong();
  private final AtomicInteger collections = new AtomicInteger();

  @Test
  void theOldGenerationIsCollectedAtItsUsualSizeAndThenAtTwiceWhatIsLive() {
    AtomicLong live = new AtomicLong(HeapTrim.USUAL_BYTES);
    new HeapTrim(
            time,
            used::get,
            () -> {
              collections.incrementAndGet();
              used.set(live.get());
            })
        .schedule();

    collectionsAt(HeapTrim.USUAL_BYTES, 0);
    collectionsAt(HeapTrim.USUAL_BYTES + 1, 1);
    collectionsAt(2 * HeapTrim.USUAL_BYTES, 1);
    live.set(1);
    collectionsAt(2 * HeapTrim.USUAL_BYTES + 1, 2);
    collectionsAt(HeapTrim.USUAL_BYTES + 1, 3);
  }

  private void collectionsAt(long bytes, int expected) {
    used.set(bytes);
    time.advanceMs(500);
    assertThat(collections).hasValue(expected);
  }
}
