package dev.revoker.sandbox;

import dev.revoker.time.Time;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Prints the demo: with a progress bar on a terminal, as plain lines elsewhere. */
final class DemoScreen implements AutoCloseable {
  private static final int LINE_EVERY_PERCENT = 10;

  private final PrintWriter out;
  private final Time time;
  private final long startedMs;
  private final int columns;
  private @Nullable ProgressBar bar;
  private int percentShown;

  DemoScreen(PrintWriter out, Time time, int columns) {
    this.out = out;
    this.time = time;
    this.startedMs = time.millis();
    this.columns = columns;
  }

  /** Prints a step with the time since the start. */
  void tell(String line) {
    String stamped = String.format(Locale.ROOT, "%5.1fs  %s", seconds(), line);
    if (bar != null) {
      // Clears the progress bar, which is on standard error and is drawn again below.
      out.print("\r\033[K");
    }
    out.println(stamped);
    out.flush();
  }

  /** Starts the progress bar, if there is a terminal. */
  void begin(int total) {
    if (columns > 0) {
      PrintStream direct = new PrintStream(new FileOutputStream(FileDescriptor.err), true);
      bar =
          new ProgressBarBuilder()
              .setTaskName("       results")
              .setInitialMax(total)
              .setStyle(ProgressBarStyle.ASCII)
              // If the library asked for the width itself, Ctrl-C would not reach the JVM.
              .setConsumer(new ConsoleProgressBarConsumer(direct, columns - 1))
              .build();
    }
  }

  /** Shows the number of results. */
  void progress(IntSupplier results, int total) {
    int now = results.getAsInt();
    if (bar != null) {
      bar.maxHint(total);
      bar.stepTo(now);
      return;
    }
    int percent = 100 * now / total;
    if (percent >= percentShown + LINE_EVERY_PERCENT) {
      percentShown = percent - percent % LINE_EVERY_PERCENT;
      tell(String.format(Locale.ROOT, "%d of %d results.", now, total));
    }
  }

  /** Prints a table of the outcomes of each lane. */
  void table(List<ResultLog.Entry> results) {
    close();
    Map<String, int[]> counts = new TreeMap<>();
    for (ResultLog.Entry result : results) {
      int[] both = counts.computeIfAbsent(result.outcome(), outcome -> new int[2]);
      both[result.lane().equals("urgent") ? 0 : 1]++;
    }
    out.println();
    out.printf(Locale.ROOT, "  %-16s %8s %8s%n", "outcome", "urgent", "standard");
    counts.forEach(
        (outcome, both) -> out.printf(Locale.ROOT, "  %-16s %8d %8d%n", outcome, both[0], both[1]));
    out.println();
    out.flush();
  }

  double seconds() {
    return (time.millis() - startedMs) / 1000.0;
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
