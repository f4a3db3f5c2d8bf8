package dev.revoker.submit;

import dev.revoker.message.Text;
import dev.revoker.model.Outcome;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Duration;
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
 * Results go to standard output, everything else to standard error. Progress is a bar on a
 * terminal, and a line for every tenth of the rows in a pipe. Characters that control a terminal
 * are replaced.
 */
public final class Console {
  private static final int LINE_EVERY_PERCENT = 10;

  private final PrintWriter out;
  private final PrintWriter err;
  private final int columns;
  private @Nullable ProgressBar bar;
  private long total;
  private int percentShown;
  private boolean ended;

  /**
   * Writes to these.
   *
   * @param columns the width of the terminal; 0 for no terminal, and so no bar
   */
  public Console(PrintWriter out, PrintWriter err, int columns) {
    this.out = out;
    this.err = err;
    this.columns = columns;
  }

  /** Prints a line of the command's output. */
  void print(String line) {
    out.println(Text.visible(line));
    out.flush();
  }

  /** Prints a JSON value; escapes what {@link #print} would replace. */
  void printJson(String json) {
    out.println(escaped(json));
    out.flush();
  }

  /** Whether the reader of standard output is gone, as after {@code | head -1}. */
  boolean isClosed() {
    return out.checkError();
  }

  /** Prints a line about the progress or a fault of the command. */
  public void tell(String line) {
    err.println(Text.visible(line));
    err.flush();
  }

  /** Starts to show progress. */
  synchronized void begin(long size, long done) {
    total = size;
    if (columns > 0) {
      DecimalFormat whole = new DecimalFormat("0", DecimalFormatSymbols.getInstance(Locale.ROOT));
      bar =
          new ProgressBarBuilder()
              .setTaskName("results")
              .setInitialMax(size)
              .startsFrom(done, Duration.ZERO)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(200)
              .showSpeed(whole)
              .setConsumer(bar())
              .build();
    }
  }

  /**
   * The library's own way to find the width takes Ctrl-C away from the JVM, and with it the
   * messages of {@link Submission#leave}.
   */
  private ProgressBarConsumer bar() {
    PrintStream direct = new PrintStream(new FileOutputStream(FileDescriptor.err), true);
    return new ConsoleProgressBarConsumer(direct, columns - 1);
  }

  /** Shows the present progress. */
  synchronized void progress(BatchProgress progress, boolean connected) {
    if (ended) {
      return;
    }
    long now = progress.answered();
    String outcomes = outcomes(progress.counts());
    if (bar != null) {
      bar.setExtraMessage((connected ? " " : " (no connection to the brokers) ") + outcomes);
      bar.stepTo(now);
      return;
    }
    int percent = total == 0 ? 100 : (int) (100 * now / total);
    if (percent >= percentShown + LINE_EVERY_PERCENT && now < total) {
      percentShown = percent - percent % LINE_EVERY_PERCENT;
      tell(now + " of " + total + " results: " + outcomes);
    }
  }

  /** Shows no more progress. */
  synchronized void end() {
    ended = true;
    if (bar != null) {
      bar.refresh();
      bar.close();
      bar = null;
    }
  }

  /** Prints how many rows have each outcome. */
  void table(Map<Outcome, Integer> counts, long without) {
    print("");
    print(cells("outcome", "requests"));
    counts.forEach((outcome, count) -> print(cells(outcome.wireName(), count)));
    if (without > 0) {
      print(cells(ReportWriter.NO_RESULT, without));
    }
  }

  /** Prints some of the failures, and how many more there are. */
  void failures(List<String> some, long all, String whereAllAre) {
    if (!some.isEmpty() && all > 0) {
      print("");
      some.forEach(this::print);
      if (all > some.size()) {
        print("... and " + (all - some.size()) + " more; " + whereAllAre + " has them all");
      }
    }
  }

  private static String cells(String name, Object count) {
    return String.format(Locale.ROOT, "%-16s %12s", name, count);
  }

  /** In JSON characters that act on a terminal are inside of strings only. */
  private static String escaped(String json) {
    StringBuilder escaped = new StringBuilder(json.length());
    json.codePoints()
        .forEach(
            c -> {
              if (Text.actsOnTerminal(c)) {
                for (char unit : Character.toChars(c)) {
                  escaped.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
                }
              } else {
                escaped.appendCodePoint(c);
              }
            });
    return escaped.toString();
  }

  private static String outcomes(Map<Outcome, Integer> counts) {
    return counts.entrySet().stream()
        .map(entry -> entry.getKey().wireName() + " " + entry.getValue())
        .collect(Collectors.joining(", "));
  }
}
