package dev.revoker.sim;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/** Receives every log line at TRACE instead of all other appenders, until it is closed. */
final class LogWatch implements AutoCloseable {
  private final Logger root =
      ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(Logger.ROOT_LOGGER_NAME);
  private final Level before = root.getLevel();
  private final List<Appender<ILoggingEvent>> others = new ArrayList<>();
  private final AppenderBase<ILoggingEvent> watch =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          line.accept(textOf(event));
        }
      };

  /** The receiver of each line; each run sets its own. */
  Consumer<String> line = text -> {};

  LogWatch() {
    for (Iterator<Appender<ILoggingEvent>> all = root.iteratorForAppenders(); all.hasNext(); ) {
      others.add(all.next());
    }
    others.forEach(root::detachAppender);
    root.setLevel(Level.TRACE);
    watch.setContext(root.getLoggerContext());
    watch.start();
    root.addAppender(watch);
  }

  @Override
  public void close() {
    root.detachAppender(watch);
    root.setLevel(before);
    others.forEach(root::addAppender);
  }

  private static String textOf(ILoggingEvent event) {
    return event.getLoggerName()
        + " "
        + event.getFormattedMessage()
        + " "
        + event.getKeyValuePairs()
        + " "
        + event.getMDCPropertyMap()
        + (event.getThrowableProxy() == null
            ? ""
            : " " + ThrowableProxyUtil.asString(event.getThrowableProxy()));
  }
}
