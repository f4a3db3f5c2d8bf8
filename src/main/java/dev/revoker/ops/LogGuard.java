package dev.revoker.ops;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggerContextListener;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

/**
 * Keeps secrets out of the log whatever a user's own Logback file says: a logger that could print
 * one is capped at the most detailed level that can't. It survives a reload of that file.
 *
 * <p>Kafka's clients were read for this (all that they log, at every level) and run with everything
 * at TRACE against a broker, with SASL/PLAIN and SCRAM:
 *
 * <table>
 * <caption>What they can print</caption>
 * <tr><td>{@code KafkaProducer} at TRACE</td><td>each record as it is appended: key and value by
 * their {@code toString()}, and the bytes of its headers. Capped at DEBUG.</td></tr>
 * <tr><td>{@code NetworkClient} at DEBUG</td><td>requests and responses, of records the sizes only;
 * of SASL exchanges nothing</td></tr>
 * <tr><td>{@code *Config} at INFO</td><td>the settings, passwords and {@code sasl.jaas.config} as
 * {@code [hidden]}</td></tr>
 * <tr><td>SASL and login modules</td><td>states and principals; no password, no token</td></tr>
 * </table>
 *
 * <p>Out of its reach is what does not pass through Logback: the JDK's own debugging ({@code
 * javax.net.debug}, {@code debug=true} in a JAAS entry, {@code java.util.logging} turned up), and
 * with SASL/OAUTHBEARER an answer of the token endpoint that holds no token, which Kafka puts into
 * an exception's text.
 */
public final class LogGuard extends TurboFilter {
  private static final Map<String, Level> CAPS =
      Map.of("org.apache.kafka.clients.producer.KafkaProducer", Level.DEBUG);

  private static final String KAFKA = "org.apache.kafka";

  private LogGuard() {
    setName("revoker-log-guard");
  }

  /**
   * Installs the guard. Call it before the first client is made; a second call changes nothing.
   *
   * @throws IllegalStateException if logging is not Logback's, so that nothing could be guarded
   */
  public static void install() {
    ILoggerFactory factory = LoggerFactory.getILoggerFactory();
    if (!(factory instanceof LoggerContext context)) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "SLF4J is bound to %s, not to Logback: secrets could not be kept out of its log",
              factory.getClass().getName()));
    }
    install(context);
  }

  /**
   * Keeps Kafka's clients out of the output of a command: what fails it tells in its own words.
   * Whoever sets {@code REVOKER_LOG_LEVEL} to DEBUG or TRACE wants to see them all the same.
   */
  public static void quietKafka(@Nullable String revokerLogLevel) {
    if ("DEBUG".equalsIgnoreCase(revokerLogLevel) || "TRACE".equalsIgnoreCase(revokerLogLevel)) {
      return;
    }
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.getLogger(KAFKA).setLevel(Level.OFF);
      for (Logger logger : context.getLoggerList()) {
        if (logger.getName().startsWith(KAFKA + ".") && logger.getLevel() != null) {
          logger.setLevel(Level.OFF);
        }
      }
    }
  }

  static synchronized void install(LoggerContext context) {
    if (context.getTurboFilterList().stream().noneMatch(LogGuard.class::isInstance)) {
      LogGuard guard = new LogGuard();
      guard.setContext(context);
      guard.start();
      context.addTurboFilter(guard);
      context.addListener(new Reinstall(guard));
    }
  }

  @Override
  public FilterReply decide(
      @Nullable Marker marker,
      Logger logger,
      Level level,
      @Nullable String format,
      Object @Nullable [] arguments,
      @Nullable Throwable thrown) {
    if (level.isGreaterOrEqual(Level.INFO)) {
      return FilterReply.NEUTRAL;
    }
    Level cap = CAPS.get(logger.getName());
    return cap == null || level.isGreaterOrEqual(cap) ? FilterReply.NEUTRAL : FilterReply.DENY;
  }

  /** A reset (a reloaded configuration) drops all filters; this puts the guard back. */
  private record Reinstall(LogGuard guard) implements LoggerContextListener {
    @Override
    public boolean isResetResistant() {
      return true;
    }

    @Override
    public void onReset(LoggerContext context) {
      guard.start();
      context.addTurboFilter(guard);
    }

    @Override
    public void onStart(LoggerContext context) {}

    @Override
    public void onStop(LoggerContext context) {}

    @Override
    public void onLevelChange(Logger logger, Level level) {}
  }
}
