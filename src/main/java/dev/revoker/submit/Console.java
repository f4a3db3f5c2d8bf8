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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Results go to standard output, everything else to standard error. Progress is a bar on a
 * terminal, and lines in a pipe. Lines are wrapped to the terminal's width between words.
 * Characters that control a terminal are replaced.
 */
public final class Console {
  private static final int LINE_EVERY_PERCENT = 10;

  /** A narrower terminal has no room for the speed beside the bar. */
  private static final int WIDE = 100;

  /** A narrower terminal has no room for outcomes beside the bar. */
  private static final int NARROW = 60;

  /** A date has eight digits, so a name may contain that many. */
  private static final Pattern KEY_INSIDE =
      Pattern.compile("\\p{XDigit}{16}|api_(securekey|token)");

  private static final Pattern KEY_ALONE = Pattern.compile("\\W*\\p{XDigit}{8,}\\W*");

  private static final Pattern SECOND_COLUMN =
      Pattern.compile("^(?: +\\S+(?: \\S+)* {2,}|Usage: )(?=\\S)");

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

  /** The width of the terminal as bin/revoker found it; 0 where there is none. */
  public static int terminalColumns() {
    return Integer.getInteger("revoker.columns", 0);
  }

  /** Whether a text may be a key and so must not be shown: hex digits alone, or many of them. */
  public static boolean looksLikeKey(String text) {
    return KEY_ALONE.matcher(text).matches() || KEY_INSIDE.matcher(text).find();
  }

  int columns() {
    return columns;
  }

  /** Prints a line of the command's output. */
  void print(String line) {
    out.println(wrap(Text.visible(line), columns));
    out.flush();
  }

  /** Prints some lines; nothing for no text. */
  void printLines(String lines) {
    lines.lines().forEach(this::print);
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

  /** Prints a line about the progress or a fault. With arguments, the line is a format. */
  public void tell(String line, Object... arguments) {
    err.println(wrap(Text.visible(CommandException.format(line, arguments)), columns));
    err.flush();
  }

  /** Starts to show progress. */
  synchronized void begin(long size, long done) {
    total = size;
    ended = false;
    if (columns > 0) {
      // The library's own way to find the width takes Ctrl-C away from the JVM, and with it the
      // messages about how to continue.
      PrintStream direct = new PrintStream(new FileOutputStream(FileDescriptor.err), true);
      ProgressBarBuilder builder =
          new ProgressBarBuilder()
              .setTaskName(columns < NARROW ? "" : "results")
              .setInitialMax(size)
              .startsFrom(done, Duration.ZERO)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(200)
              .setConsumer(new ConsoleProgressBarConsumer(direct, columns - 1));
      bar =
          (columns < WIDE
                  ? builder.hideEta()
                  : builder.showSpeed(
                      new DecimalFormat("0", DecimalFormatSymbols.getInstance(Locale.ROOT))))
              .build();
    }
  }

  /**
   * Shows the present progress.
   *
   * @param sign whether to print a line in any case where there is no terminal
   */
  synchronized void progress(BatchProgress progress, boolean connected, boolean sign) {
    if (ended) {
      return;
    }
    long now = progress.answered();
    String outcomes = (connected ? "" : "no connection to the brokers; ") + outcomes(progress);
    if (bar != null) {
      bar.setExtraMessage(columns < NARROW ? "" : " " + outcomes);
      bar.stepTo(now);
      return;
    }
    int percent = total == 0 ? 100 : (int) (100 * now / total);
    boolean tenth = percent >= percentShown + LINE_EVERY_PERCENT;
    if ((tenth || sign) && now < total) {
      percentShown = percent - percent % LINE_EVERY_PERCENT;
      tell("%d of %d results, waiting for the others: %s", now, total, outcomes);
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
  void failures(List<ResultRecord> some, long all, String whereAllAre) {
    if (!some.isEmpty() && all > 0) {
      print("");
      some.forEach(result -> printLines(result.line(columns)));
      if (all > some.size()) {
        print("... and " + (all - some.size()) + " more; " + whereAllAre + " has them all");
      }
    }
  }

  private static String cells(String name, Object count) {
    return String.format(Locale.ROOT, "%-16s %12s", name, count);
  }

  /**
   * Breaks long lines between words, and continues under the text, or under its second column where
   * there is one. A width of 0 breaks nothing.
   */
  public static String wrap(String text, int width) {
    return width <= 0
        ? text
        : text.lines().map(line -> wrapLine(line, width)).collect(Collectors.joining("\n"));
  }

  private static String wrapLine(String line, int width) {
    String rest = line.stripTrailing();
    Matcher column = SECOND_COLUMN.matcher(rest);
    int second = column.find() ? column.end() : 0;
    if (second > width / 2) {
      // No room for two columns: the second one goes below the first.
      String below = " ".repeat(width / 4) + rest.substring(second);
      return wrapLine(rest.substring(0, second), width) + "\n" + wrapLine(below, width);
    }
    int left = rest.length() - rest.stripLeading().length();
    String indent = " ".repeat(second > 0 ? second : Math.min(width / 4, left));
    if (left > width / 2) {
      rest = indent + rest.stripLeading();
    }
    StringBuilder wrapped = new StringBuilder();
    while (rest.length() > width) {
      int start = rest.length() - rest.stripLeading().length();
      int at = rest.lastIndexOf(' ', width);
      if (at <= start) {
        at = rest.indexOf(' ', width);
      }
      if (at < 0) {
        break;
      }
      wrapped.append(rest.substring(0, at).stripTrailing()).append('\n');
      rest = indent + rest.substring(at).strip();
    }
    return wrapped.append(rest).toString();
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

  private static String outcomes(BatchProgress progress) {
    return progress.counts().entrySet().stream()
        .map(entry -> entry.getKey().wireName() + " " + entry.getValue())
        .collect(Collectors.joining(", "));
  }
}
