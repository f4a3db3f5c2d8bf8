package dev.revoker.submit;

import dev.revoker.model.Outcome;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * What people see: results on standard output, everything about the way there on standard error. On
 * a terminal a bar, in a pipe a line every tenth of the way.
 */
public final class Screen {
  private static final int LINE_EVERY_PERCENT = 10;

  private final PrintWriter out;
  private final PrintWriter err;
  private final int columns;
  private @Nullable ProgressBar bar;
  private long total;
  private int percentTold;
  private boolean over;

  /**
   * Writes to these.
   *
   * @param columns how wide the terminal is; 0 where there is none, and so no bar
   */
  public Screen(PrintWriter out, PrintWriter err, int columns) {
    this.out = out;
    this.err = err;
    this.columns = columns;
  }

  /** A line of what was asked for. */
  void print(String line) {
    out.println(line);
    out.flush();
  }

  /** A line about how it goes. */
  void tell(String line) {
    err.println(line);
    err.flush();
  }

  /** From now on progress is shown. */
  synchronized void begin(long size, long done) {
    total = size;
    if (columns > 0) {
      DecimalFormat whole = new DecimalFormat("0", DecimalFormatSymbols.getInstance(Locale.ROOT));
      bar =
          new ProgressBarBuilder()
              .setTaskName("results")
              .setInitialMax(size)
              .startsFrom(done, java.time.Duration.ZERO)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(200)
              .showSpeed(whole)
              .setConsumer(bar())
              .build();
    }
  }

  /**
   * The library's own way to ask for the width takes Ctrl-C away from the JVM, and with it our last
   * words.
   */
  private ProgressBarConsumer bar() {
    PrintStream direct = new PrintStream(new FileOutputStream(FileDescriptor.err), true);
    return new ConsoleProgressBarConsumer(direct, columns - 1);
  }

  /** Shows how far it is. */
  synchronized void progress(Ledger ledger, boolean connected) {
    if (over) {
      return;
    }
    long now = ledger.answered();
    String outcomes = outcomes(ledger.counts());
    if (bar != null) {
      bar.setExtraMessage((connected ? " " : " (no connection to the brokers) ") + outcomes);
      bar.stepTo(now);
      return;
    }
    int percent = total == 0 ? 100 : (int) (100 * now / total);
    if (percent >= percentTold + LINE_EVERY_PERCENT && now < total) {
      percentTold = percent - percent % LINE_EVERY_PERCENT;
      tell("%d of %d results: %s".formatted(now, total, outcomes));
    }
  }

  /** No more progress is shown. */
  synchronized void end() {
    over = true;
    if (bar != null) {
      bar.refresh();
      bar.close();
      bar = null;
    }
  }

  /** How many ended how. */
  void table(Map<Outcome, Integer> counts, long without) {
    print("");
    print("%-16s %12s".formatted("outcome", "requests"));
    counts.forEach((outcome, count) -> print("%-16s %12d".formatted(outcome.wireName(), count)));
    if (without > 0) {
      print("%-16s %12d".formatted(Report.NO_RESULT, without));
    }
  }

  /** Some of what failed, and how much more there is. */
  void failures(List<String> some, long all, String whereAllAre) {
    if (!some.isEmpty() && all > 0) {
      print("");
      some.forEach(this::print);
      if (all > some.size()) {
        print("... and %d more; %s has them all".formatted(all - some.size(), whereAllAre));
      }
    }
  }

  /** Texts of others may hold what moves a terminal's cursor. */
  static String plain(String text) {
    return text.replaceAll("\\p{Cntrl}", " ");
  }

  private static String outcomes(Map<Outcome, Integer> counts) {
    return counts.entrySet().stream()
        .map(entry -> entry.getKey().wireName() + " " + entry.getValue())
        .collect(Collectors.joining(", "));
  }
}
