package dev.revoker.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import dev.revoker.api.ApiAnswer;
import dev.revoker.model.Result;
import dev.revoker.ops.LibraryMeters;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** What the API writes back of a request's secrets goes into no result and no log, at any level. */
class EchoedSecretTest {
  private static final String KEY = "c0ffee00c0ffee00c0ffee00c0ffee00";
  private static final String OWN = "ba5eba11ba5eba11ba5eba11ba5eba11";
  private static final String TOKEN = "70ce70ce70ce70ce70ce70ce70ce70ce";

  private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Rig rig = Rig.withDefaults();
  private Level before;

  @BeforeEach
  void logEverything() {
    before = root.getLevel();
    root.setLevel(Level.TRACE);
    log.start();
    root.addAppender(log);
    // With its meters bound Resilience4j makes events of what it sees, and logs them.
    new LibraryMeters(new SimpleMeterRegistry()).policy(rig.dispatcher.instruments());
  }

  @AfterEach
  void logAsBefore() {
    root.detachAppender(log);
    root.setLevel(before);
  }

  static Stream<Function<String, String>> writings() {
    return Stream.of(
        text -> text,
        text -> text.toUpperCase(Locale.ROOT),
        text -> URLEncoder.encode(text, StandardCharsets.UTF_8),
        text ->
            URLEncoder.encode(
                URLEncoder.encode(text, StandardCharsets.UTF_8), StandardCharsets.UTF_8),
        text -> encoded(text, "%%%02x"),
        text -> encoded(text, "&#%d;"),
        text -> text.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5"),
        text -> text.replaceAll("(..)(?=.)", "$1:"),
        text -> text.replaceAll("(.{4})(?=.)", "$1 "),
        text -> new StringBuilder(text).reverse().toString());
  }

  private static String encoded(String text, String form) {
    return text.chars()
        .mapToObj(c -> String.format(Locale.ROOT, form, c))
        .collect(Collectors.joining());
  }

  @ParameterizedTest
  @MethodSource("writings")
  void aRefusalThatEchoesKeyAndTokenShowsNeither(Function<String, String> writing) {
    Asked asked = rig.ask(Ask.in("urgent").key(KEY).token(OWN));
    String echo = "no " + writing.apply(KEY) + " and " + writing.apply(OWN) + ".";
    rig.api.only().answer(new ApiAnswer.Refused("INVALID_" + writing.apply(KEY), echo));
    assertClean(asked.result(), KEY, OWN);
    assertThat(asked.result().error().comment()).isEqualTo("no *** and ***.");
    assertThat(asked.result().error().type()).isEqualTo("INVALID_***");
  }

  @ParameterizedTest
  @MethodSource("writings")
  void aRefusedLoginThatEchoesThePasswordShowsItToNoneOfItsRequests(
      Function<String, String> writing) {
    Asked leader = rig.ask(Ask.in("urgent").of("acme").key(KEY));
    Asked waits = rig.ask(Ask.in("urgent").of("acme").key(OWN));
    String echo = "no " + writing.apply(Settings.PASSWORD) + ", " + writing.apply(OWN);
    rig.api.only().answer(new ApiAnswer.Refused("LOGIN_INVALID", echo));
    Asked later = rig.ask(Ask.in("urgent").of("acme").key(OWN));
    assertThat(leader.result().error().comment()).startsWith("no ***, ");
    assertThat(waits.result().error().comment()).isEqualTo("no ***, ***");
    assertThat(later.result().error().comment()).isEqualTo("no ***, ***");
    assertClean(waits.result(), KEY, OWN, Settings.PASSWORD);
    assertClean(later.result(), OWN, Settings.PASSWORD);
  }

  @Test
  void aCommentWithBase64OfASecretIsNotShownAtAll() {
    Asked asked = rig.ask(Ask.in("urgent").key(KEY).token(OWN));
    String base64 =
        Base64.getEncoder().encodeToString(("key=" + KEY).getBytes(StandardCharsets.UTF_8));
    rig.api.only().answer(new ApiAnswer.Refused("INVALID_QUERY", "you sent " + base64 + ", no"));
    assertThat(asked.result().error().comment()).isEqualTo("***");
  }

  @Test
  void aTokenOfTheAccountThatIsEchoedIsNotShown() {
    Asked asked = rig.ask(Ask.in("urgent").of("acme").key(KEY));
    rig.api.only().answer(ApiAnswers.session(OWN));
    rig.api.only().answer(ApiAnswers.BAD_TOKEN);
    rig.api.only().answer(ApiAnswers.session(TOKEN));
    rig.api.only().answer(new ApiAnswer.Refused("BAD_API_TOKEN", TOKEN + " after " + OWN));
    assertClean(asked.result(), KEY, TOKEN, OWN);
    assertThat(asked.result().error().comment()).isEqualTo("*** after ***");
  }

  @Test
  void anOutageThatEchoesThemShowsThemInNoLogAndNoResult() {
    Asked asked = rig.ask(Ask.in("urgent").of("acme").key(KEY));
    rig.api.only().answer(ApiAnswers.session(TOKEN));
    String echo = KEY + " " + TOKEN + " " + KEY.toUpperCase(Locale.ROOT);
    rig.api.rule(
        1,
        call ->
            rig.api.calls.size() < 8
                ? new ApiAnswer.NoAnswer("a broken header: " + echo)
                : new ApiAnswer.Refused("UNHANDLED_ERROR", echo));
    rig.api.only().answer(new ApiAnswer.NoAnswer("a broken header: " + echo));
    rig.time.advanceMs(60_000);
    assertThat(rig.dispatcher.apiUp()).isFalse();
    rig.api.rule(1, call -> new ApiAnswer.Unexpected(500, echo));
    rig.time.advanceMs(60_000);
    assertClean(asked.result(), KEY, TOKEN);
  }

  @Test
  void aLoginThatNeverComesToAnythingShowsThePasswordInNoResult() {
    Rig two = new Rig(new Settings().maxAttempts(2).minimumCalls(50));
    Asked leader = two.ask(Ask.in("urgent").of("acme").key(KEY));
    Asked waits = two.ask(Ask.in("urgent").of("acme").key(KEY));
    two.api.only().answer(new ApiAnswer.NoAnswer(Settings.PASSWORD));
    two.time.advanceMs(250);
    two.api.only().answer(new ApiAnswer.NoAnswer(Settings.PASSWORD));
    assertClean(leader.result(), KEY, Settings.PASSWORD);
    assertClean(waits.result(), KEY, Settings.PASSWORD);
    assertThat(waits.result().error().comment()).contains("***");
  }

  @Test
  void aLongCommentIsCutAndNoSecretIsHalfShown() {
    Asked asked = rig.ask(Ask.in("urgent").key(KEY));
    rig.api.only().answer(new ApiAnswer.Refused("INVALID_QUERY", "x".repeat(490) + KEY.repeat(3)));
    assertThat(asked.result().error().comment()).hasSizeLessThanOrEqualTo(500);
    assertClean(asked.result(), KEY.substring(0, 10));
  }

  private void assertClean(Result result, String... secrets) {
    String shown =
        result.error()
            + "\n"
            + result
            + "\n"
            + log.list.stream().map(EchoedSecretTest::text).collect(Collectors.joining("\n"));
    for (String secret : secrets) {
      assertThat(shown).doesNotContainIgnoringCase(secret);
    }
  }

  private static String text(ILoggingEvent event) {
    String thrown =
        event.getThrowableProxy() == null
            ? ""
            : ThrowableProxyUtil.asString(event.getThrowableProxy());
    return event.getFormattedMessage() + event.getKeyValuePairs() + thrown;
  }
}
