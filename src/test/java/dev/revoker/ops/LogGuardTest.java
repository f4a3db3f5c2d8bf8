package dev.revoker.ops;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LogGuardTest {
  private final LoggerContext context = new LoggerContext();
  private final ListAppender<ILoggingEvent> seen = new ListAppender<>();

  @Test
  void recordsStayOutOfTheLogEvenWhenEverythingIsAtTrace() {
    traceEverything();
    Logger producer = context.getLogger(KafkaProducer.class);
    producer.setLevel(Level.TRACE);
    producer.trace("unguarded {}", "record");
    assertThat(seen.list).hasSize(1);

    LogGuard.install(context);

    producer.trace("Attempting to append record {}", "canary");
    assertThat(producer.isTraceEnabled()).isFalse();
    assertThat(seen.list).hasSize(1);
  }

  @Test
  void whatPrintsNoSecretIsLeftAlone() {
    traceEverything();
    LogGuard.install(context);

    context.getLogger(KafkaProducer.class).debug("closed");
    context.getLogger(NetworkClient.class).trace("polled");
    context.getLogger("dev.revoker.worker").trace("mine");

    assertThat(seen.list)
        .extracting(ILoggingEvent::getMessage)
        .containsExactly("closed", "polled", "mine");
  }

  @Test
  void itTurnsNothingOn() {
    traceEverything();
    LogGuard.install(context);
    context.getLogger(KafkaProducer.class).setLevel(Level.WARN);

    context.getLogger(KafkaProducer.class).debug("closed");

    assertThat(seen.list).isEmpty();
  }

  @Test
  void aReloadedConfigurationDoesNotRemoveIt() {
    LogGuard.install(context);
    LogGuard.install(context);

    context.reset();
    traceEverything();

    assertThat(context.getTurboFilterList()).hasSize(1);
    context.getLogger(KafkaProducer.class).trace("Attempting to append record {}", "canary");
    assertThat(seen.list).isEmpty();
  }

  @Test
  void theProcessesOwnLoggingIsGuarded() {
    LogGuard.install();

    LoggerContext own = (LoggerContext) LoggerFactory.getILoggerFactory();
    assertThat(own.getTurboFilterList()).hasAtLeastOneElementOfType(LogGuard.class);
  }

  private void traceEverything() {
    seen.setContext(context);
    seen.start();
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.TRACE);
    root.addAppender(seen);
  }
}
