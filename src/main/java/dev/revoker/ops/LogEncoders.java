package dev.revoker.ops;

import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.pattern.CompositeConverter;
import dev.revoker.message.Text;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What {@code logback.xml} writes log lines with. Two promises: a log statement throws nothing into
 * the code that logs, whatever its values do; and no character of a value acts on a terminal or
 * looks like a line of its own ({@link Text#visible}).
 */
public final class LogEncoders {
  private static final LongAdder FAILURES = new LongAdder();

  private LogEncoders() {}

  /** How many log statements could not be written as they were. */
  static long failures() {
    return FAILURES.sum();
  }

  /** Text for people. */
  public static final class Lines extends PatternLayoutEncoder {
    @Override
    public byte[] encode(ILoggingEvent event) {
      return guarded(event, super::encode);
    }
  }

  /** One JSON object a line, of ASCII and such characters as are shown. */
  public static final class Json extends JsonEncoder {
    @Override
    public byte[] encode(ILoggingEvent event) {
      return guarded(event, this::escaped);
    }

    /** Outside of its strings JSON is ASCII, so every such character stands in a string. */
    private byte[] escaped(ILoggingEvent event) {
      byte[] line = super.encode(event);
      String text = new String(line, StandardCharsets.UTF_8);
      StringBuilder out = new StringBuilder(text.length());
      for (int at = 0; at < text.length(); ) {
        int codePoint = text.codePointAt(at);
        int next = at + Character.charCount(codePoint);
        if (codePoint >= 0x7f && Text.actsOnTerminal(codePoint)) {
          text.substring(at, next).chars().forEach(c -> escape((char) c, out));
        } else {
          out.appendCodePoint(codePoint);
        }
        at = next;
      }
      return out.length() == text.length() ? line : out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void escape(char c, StringBuilder out) {
      out.append("\\u");
      for (int shift = 12; shift >= 0; shift -= 4) {
        out.append(Character.forDigit(c >> shift & 0xf, 16));
      }
    }
  }

  /** {@code %visible(...)}: what stands in it as one line that acts on nothing. */
  public static final class Visible extends CompositeConverter<ILoggingEvent> {
    @Override
    protected String transform(ILoggingEvent event, String text) {
      return Text.visible(text);
    }
  }

  /** {@code %visibleException}: a stack trace whose messages are one line each. */
  public static final class VisibleException extends ThrowableProxyConverter {
    @Override
    protected String throwableProxyToString(IThrowableProxy thrown) {
      return super.throwableProxyToString(new OneLine(thrown));
    }
  }

  /** The line, or one that says which line is missing and why. */
  private static byte[] guarded(ILoggingEvent event, Function<ILoggingEvent, byte[]> encoder) {
    try {
      return encoder.apply(event);
    } catch (RuntimeException | StackOverflowError | LinkageError | AssertionError thrown) {
      FAILURES.increment();
      String why = thrown.getClass().getName();
      try {
        return encoder.apply(withoutValues(event, why));
      } catch (RuntimeException | StackOverflowError | LinkageError | AssertionError again) {
        String line = "a log line could not be written: " + why + System.lineSeparator();
        return line.getBytes(Charset.defaultCharset());
      }
    }
  }

  /** The constant text of the statement, and nothing that can throw. */
  private static LoggingEvent withoutValues(ILoggingEvent event, String why) {
    LoggingEvent plain = new LoggingEvent();
    plain.setInstant(event.getInstant());
    plain.setLevel(event.getLevel());
    plain.setLoggerName(event.getLoggerName());
    plain.setThreadName(event.getThreadName());
    plain.setLoggerContextRemoteView(event.getLoggerContextVO());
    plain.setMessage(event.getMessage() + " (its values could not be written: " + why + ")");
    return plain;
  }

  /** The same exception with visible messages. */
  private record OneLine(IThrowableProxy thrown) implements IThrowableProxy {
    @Override
    public @Nullable String getMessage() {
      String message = thrown.getMessage();
      return message == null ? null : Text.visible(message);
    }

    @Override
    public @Nullable String getOverridingMessage() {
      String message = thrown.getOverridingMessage();
      return message == null ? null : Text.visible(message);
    }

    @Override
    public String getClassName() {
      return thrown.getClassName();
    }

    @Override
    public StackTraceElementProxy[] getStackTraceElementProxyArray() {
      return thrown.getStackTraceElementProxyArray();
    }

    @Override
    public int getCommonFrames() {
      return thrown.getCommonFrames();
    }

    @Override
    public @Nullable IThrowableProxy getCause() {
      IThrowableProxy cause = thrown.getCause();
      return cause == null ? null : new OneLine(cause);
    }

    @Override
    public IThrowableProxy @Nullable [] getSuppressed() {
      IThrowableProxy[] suppressed = thrown.getSuppressed();
      if (suppressed == null) {
        return null;
      }
      IThrowableProxy[] visible = new IThrowableProxy[suppressed.length];
      for (int i = 0; i < visible.length; i++) {
        visible[i] = new OneLine(suppressed[i]);
      }
      return visible;
    }

    @Override
    public boolean isCyclic() {
      return thrown.isCyclic();
    }
  }
}
