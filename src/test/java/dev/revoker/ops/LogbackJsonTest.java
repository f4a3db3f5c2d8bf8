package dev.revoker.ops;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.joran.spi.JoranException;
import ch.qos.logback.core.status.Status;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The logging that ships, in both of its forms. */
class LogbackJsonTest {
  private final JsonMapper json = new JsonMapper();

  @Test
  void aJsonLineParsesAndHasTheKeyValuePairs() {
    String line = logged(Map.of("REVOKER_LOG_FORMAT", "json"));

    assertThat(line).endsWith("}\n").containsOnlyOnce("\n");
    JsonNode event = json.readTree(line);
    assertThat(event.get("level").stringValue()).isEqualTo("WARN");
    assertThat(event.get("loggerName").stringValue()).isEqualTo("dev.revoker.worker.Loop");
    assertThat(event.get("threadName").stringValue()).isNotEmpty();
    assertThat(event.get("timestamp").longValue()).isPositive();
    assertThat(event.get("formattedMessage").stringValue()).isEqualTo("the broker is away");
    assertThat(event.get("kvpList").get(0).get("node").stringValue()).isEqualTo("1");
    assertThat(event.get("kvpList").get(1).get("why").stringValue())
        .isEqualTo("said \"no\"\nand\tleft\u0001");
    assertThat(event.get("throwable").get("className").stringValue())
        .isEqualTo("java.lang.IllegalStateException");
    assertThat(event.has("context")).isFalse();
  }

  @Test
  void theTextLineShowsThePairsAndABreakInAValueMakesNoNewLine() {
    String text = logged(Map.of());

    String line = text.lines().findFirst().orElseThrow();
    assertThat(line)
        .matches(
            "\\d\\d:\\d\\d:\\d\\d\\.\\d{3} WARN +\\S.* Loop +the broker is away node=\"1\""
                + " why=\"said .no. and left .*")
        .endsWith("\"");
    assertThat(text).contains("java.lang.IllegalStateException: boom");
  }

  @Test
  void theWorkersLevelIsSettableAndTheLibrariesStayQuiet() {
    LoggerContext usual = configured(Map.of());
    LoggerContext detailed = configured(Map.of("REVOKER_LOG_LEVEL", "TRACE"));

    assertThat(level(usual, "dev.revoker.worker")).isEqualTo(Level.INFO);
    assertThat(level(detailed, "dev.revoker.worker")).isEqualTo(Level.TRACE);
    assertThat(level(detailed, "org.apache.kafka.clients.consumer.ConsumerConfig"))
        .isEqualTo(Level.WARN);
    assertThat(level(usual, "io.micrometer.core")).isEqualTo(Level.WARN);
  }

  @Test
  void connectionTroublesOfTheKafkaClientsStayVisible() {
    assertThat(level(configured(Map.of()), "org.apache.kafka.clients.NetworkClient"))
        .isEqualTo(Level.INFO);
  }

  private static Level level(LoggerContext context, String logger) {
    return context.getLogger(logger).getEffectiveLevel();
  }

  private static String logged(Map<String, String> properties) {
    PrintStream before = System.err;
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
    try {
      LoggerContext context = configured(properties);
      context
          .getLogger("dev.revoker.worker.Loop")
          .atWarn()
          .setMessage("the broker is away")
          .addKeyValue("node", 1)
          .addKeyValue("why", "said \"no\"\nand\tleft\u0001")
          .setCause(new IllegalStateException("boom"))
          .log();
      context.stop();
    } finally {
      System.setErr(before);
    }
    return written.toString(StandardCharsets.UTF_8);
  }

  private static LoggerContext configured(Map<String, String> properties) {
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    properties.forEach(context::putProperty);
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    try {
      configurator.doConfigure(LogbackJsonTest.class.getResource("/logback.xml"));
    } catch (JoranException e) {
      throw new AssertionError(e);
    }
    assertThat(context.getStatusManager().getCopyOfStatusList())
        .as("no trouble in the file itself")
        .allSatisfy(status -> assertThat(status.getEffectiveLevel()).isLessThan(Status.WARN));
    ConsoleAppender<ILoggingEvent> stderr =
        (ConsoleAppender<ILoggingEvent>)
            context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("stderr");
    assertThat(stderr.getTarget()).isEqualTo("System.err");
    return context;
  }
}
