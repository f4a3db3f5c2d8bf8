package dev.revoker.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.joran.spi.JoranException;
import ch.qos.logback.core.status.Status;
import dev.revoker.message.Text;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
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
    assertThat(event.get("level_value").intValue()).isEqualTo(30_000);
    assertThat(event.get("@version").stringValue()).isEqualTo("1");
    assertThat(event.get("logger_name").stringValue()).isEqualTo("dev.revoker.worker.Loop");
    assertThat(event.get("thread_name").stringValue()).isNotEmpty();
    assertThat(Instant.parse(event.get("@timestamp").stringValue()))
        .isCloseTo(Instant.now(), within(1, ChronoUnit.MINUTES));
    assertThat(event.get("message").stringValue()).isEqualTo("the broker is away");
    assertThat(event.get("node").intValue()).isEqualTo(1);
    assertThat(event.get("why").stringValue()).isEqualTo("said \"no\"\nand\tleft\u0001");
    assertThat(event.get("stack_trace").stringValue())
        .startsWith("java.lang.IllegalStateException: boom\n\tat ");
    assertThat(event).allMatch(JsonNode::isValueNode);
  }

  @Test
  void aPairWithTheNameOfAFieldHidesNothing() {
    String line =
        logged(
            Map.of("REVOKER_LOG_FORMAT", "json"),
            logger -> logger.atWarn().addKeyValue("message", "m").log("constant"));
    assertThat(json.readTree(line).get("message").stringValue()).isEqualTo("constant");
    assertThat(json.readTree(line).get("message_").stringValue()).isEqualTo("m");
  }

  @Test
  void theTextLineShowsThePairsAndABreakInAValueMakesNoNewLine() {
    String text = logged(Map.of());

    String line = text.lines().findFirst().orElseThrow();
    assertThat(line)
        .matches(
            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z WARN +\\S.* Loop +the broker is"
                + " away node=\"1\" why=\"said .no. and left\uFFFD.*")
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

  static Stream<Map<String, String>> forms() {
    return Stream.of(Map.of(), Map.of("REVOKER_LOG_FORMAT", "json"));
  }

  @ParameterizedTest
  @MethodSource("forms")
  void noCharacterOfAValueActsOnATerminalOrBreaksALine(Map<String, String> form) {
    String hostile =
        "a\u001b[2Jb\u009b31mc\u202ed\u2028e\u2029f\u0085g\u200bh\nFORGED\rline\uD83Di";
    String text =
        logged(
            form,
            logger ->
                logger
                    .atWarn()
                    .addKeyValue("why", hostile)
                    .setCause(new IllegalStateException(hostile, new IOException(hostile)))
                    .log("broken: " + hostile));

    assertThat(text.codePoints().filter(c -> c != '\n' && c != '\t' && c != '\r'))
        .noneMatch(Text::actsOnTerminal);
    assertThat(text.lines()).noneMatch(line -> line.startsWith("FORGED"));
    assertThat(text).contains("why", "FORGED");
    if (!form.isEmpty()) {
      assertThat(json.readTree(text).get("message").stringValue())
          .isEqualTo("broken: " + hostile.replace('\uD83D', '\uFFFD'));
    }
  }

  @ParameterizedTest
  @MethodSource("forms")
  void aValueThatThrowsCostsItsLineItsValuesAndNothingElse(Map<String, String> form) {
    long before = LogEncoders.failures();
    String text =
        logged(
            form,
            logger -> {
              for (Object value : new Object[] {new Throwing(), new Endless()}) {
                logger.atWarn().addKeyValue("why", value).log("the broker is away");
              }
              logger.atWarn().addKeyValue("why", "well").log("the broker is back");
            });

    assertThat(text.lines()).hasSize(3);
    assertThat(text)
        .contains("the broker is away (its values could not be written: ")
        .contains("the broker is back")
        .contains("well");
    assertThat(LogEncoders.failures()).isEqualTo(before + 2);
  }

  @ParameterizedTest
  @MethodSource("forms")
  void aFullDiskBehindStandardErrorThrowsNothingAndLoggingGoesOnAfterwards(
      Map<String, String> form) {
    AtomicBoolean full = new AtomicBoolean(true);
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    OutputStream disk =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            if (full.get()) {
              throw new IOException("No space left on device");
            }
            written.write(b);
          }
        };
    PrintStream before = System.err;
    System.setErr(new PrintStream(disk, true, StandardCharsets.UTF_8));
    try {
      LoggerContext context = configured(form);
      Logger logger = context.getLogger("dev.revoker.worker.Loop");
      logger.warn("lost");
      full.set(false);
      logger.warn("written");
      context.stop();
    } finally {
      System.setErr(before);
    }
    assertThat(written.toString(StandardCharsets.UTF_8)).contains("written").doesNotContain("lost");
  }

  private static final class Throwing {
    @Override
    public String toString() {
      throw new IllegalStateException("no text");
    }
  }

  private static final class Endless {
    @Override
    public String toString() {
      return "x" + this;
    }
  }

  private static String logged(Map<String, String> properties) {
    return logged(
        properties,
        logger ->
            logger
                .atWarn()
                .setMessage("the broker is away")
                .addKeyValue("node", 1)
                .addKeyValue("why", "said \"no\"\nand\tleft\u0001")
                .setCause(new IllegalStateException("boom"))
                .log());
  }

  private static String logged(Map<String, String> properties, Consumer<Logger> statement) {
    PrintStream before = System.err;
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
    try {
      LoggerContext context = configured(properties);
      statement.accept(context.getLogger("dev.revoker.worker.Loop"));
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
