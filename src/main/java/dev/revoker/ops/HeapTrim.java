package dev.revoker.ops;

import dev.revoker.time.Time;
import java.lang.management.ManagementFactory;
import java.util.function.LongSupplier;

/**
 * Keeps a worker's memory small although its heap may grow. {@code bin/revoker} lets the heap grow
 * for a record that becomes large when it is read: a record of 1 MiB can have 500,000 headers, and
 * Kafka's client makes an object of each. But the serial collector would let garbage fill all of
 * that heap before it collects the old generation. This asks for a collection earlier: when the old
 * generation holds {@value #USUAL_BYTES} bytes, or twice what was live after the last collection.
 *
 * <p>With another collector it does nothing.
 */
public final class HeapTrim {
  private static final String SERIAL_OLD_GENERATION = "Tenured Gen";
  private static final long EVERY_MS = 500;

  /** What the old generation had when the heap could not grow. */
  static final long USUAL_BYTES = 32 << 20;

  private final Time time;
  private final LongSupplier oldGenerationBytes;
  private final Runnable collect;
  private long limit = USUAL_BYTES;

  HeapTrim(Time time, LongSupplier oldGenerationBytes, Runnable collect) {
    this.time = time;
    this.oldGenerationBytes = oldGenerationBytes;
    this.collect = collect;
  }

  /** Looks at the heap for as long as timers run. */
  public static void start(Time time) {
    ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getName().equals(SERIAL_OLD_GENERATION))
        .forEach(
            pool -> new HeapTrim(time, () -> pool.getUsage().getUsed(), System::gc).schedule());
  }

  void schedule() {
    time.after(
        EVERY_MS,
        () -> {
          trim();
          schedule();
        });
  }

  private void trim() {
    if (oldGenerationBytes.getAsLong() > limit) {
      collect.run();
      limit = Math.max(USUAL_BYTES, 2 * oldGenerationBytes.getAsLong());
    }
  }
}
