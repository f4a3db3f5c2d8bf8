package dev.revoker.ops;

import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import ch.qos.logback.core.pattern.CompositeConverter;
import ch.qos.logback.core.status.Status;
import ch.qos.logback.core.status.StatusListener;
import dev.revoker.message.Text;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.event.KeyValuePair;
import tools.jackson.core.SerializableString;
import tools.jackson.core.io.CharacterEscapes;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The parts that {@code logback.xml} names. Two promises: a log statement throws nothing into the
 * code that logs, whatever its values do; and no character of a value acts on a terminal or starts
 * a line that looks like another log line ({@link Text#visible}).
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

  /**
   * One JSON object a line, in ASCII, with the field names of Logstash's encoder. The pairs of a
   * statement are fields beside them; a pair with one of those names gets an underscore after it.
   */
  public static final class Json extends EncoderBase<ILoggingEvent> {
    private static final JsonMapper JSON =
        JsonMapper.builder(
                JsonFactory.builder()
                    .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                    .characterEscapes(new DeleteEscaped())
                    .build())
            .build();

    @Override
    public byte[] headerBytes() {
      return new byte[0];
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
      return guarded(event, Json::line);
    }

    @Override
    public byte[] footerBytes() {
      return new byte[0];
    }

    private static byte[] line(ILoggingEvent event) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("@timestamp", event.getInstant().toString());
      fields.put("@version", "1");
      fields.put("message", Text.wellFormed(String.valueOf(event.getFormattedMessage())));
      fields.put("logger_name", event.getLoggerName());
      fields.put("thread_name", event.getThreadName());
      fields.put("level", event.getLevel().toString());
      fields.put("level_value", event.getLevel().toInt());
      if (event.getThrowableProxy() != null) {
        String trace = ThrowableProxyUtil.asString(event.getThrowableProxy());
        fields.put("stack_trace", Text.wellFormed(trace));
      }
      if (event.getKeyValuePairs() != null) {
        for (KeyValuePair pair : event.getKeyValuePairs()) {
          String name = Text.wellFormed(pair.key);
          fields.put(fields.containsKey(name) ? name + "_" : name, value(pair.value));
        }
      }
      return (JSON.writeValueAsString(fields) + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static Object value(Object value) {
      return value instanceof Number || value instanceof Boolean
          ? value
          : Text.wellFormed(String.valueOf(value));
    }
  }

  /** JSON allows DEL as it is; a terminal may act on it. */
  private static final class DeleteEscaped extends CharacterEscapes {
    private static final long serialVersionUID = 1;

    @Override
    public int[] getEscapeCodesForAscii() {
      int[] escapes = CharacterEscapes.standardAsciiEscapesForJSON();
      escapes[0x7f] = CharacterEscapes.ESCAPE_STANDARD;
      return escapes;
    }

    @Override
    public SerializableString getEscapeSequence(int codePoint) {
      throw new IllegalStateException("no character has an escape of its own");
    }
  }

  /** {@code %visible(...)}: its content as one line that acts on nothing. */
  public static final class Visible extends CompositeConverter<ILoggingEvent> {
    @Override
    protected String transform(ILoggingEvent event, String text) {
      return Text.visible(text);
    }
  }

  /**
   * {@code %visibleException}: an indented stack trace, so no line of a message looks like a log
   * line.
   */
  public static final class VisibleException extends ThrowableProxyConverter {
    @Override
    protected String throwableProxyToString(IThrowableProxy thrown) {
      return super.throwableProxyToString(thrown)
          .lines()
          .map(line -> "  " + Text.visible(line) + System.lineSeparator())
          .collect(Collectors.joining());
    }
  }

  /**
   * Prints on standard error what is wrong with the logging itself: a bad configuration file, a
   * full disk. Logback would use standard output, which belongs to what commands print.
   */
  public static final class StatusPrinter implements StatusListener {
    @Override
    public void addStatusEvent(Status status) {
      if (status.getEffectiveLevel() >= Status.WARN) {
        System.err.println("logging: " + status.getMessage());
      }
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
}
