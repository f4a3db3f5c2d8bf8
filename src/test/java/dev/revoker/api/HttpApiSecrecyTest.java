package dev.revoker.api;

import static dev.revoker.api.ScriptedServer.answer;
import static dev.revoker.api.ScriptedServer.send;
import static dev.revoker.api.ScriptedServer.sendAndClose;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import dev.revoker.model.Credentials;
import dev.revoker.model.Secret;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Whatever happens, at whatever level: no secret and no URL in a log or in our own words. */
class HttpApiSecrecyTest {
  private static final String CANARY = "cafe5ec2e7";
  private static final List<ApiCall> CALLS =
      List.of(
          new ApiCall.RemoveApiKey(Secret.of(CANARY + "01"), Secret.of(CANARY + "02")),
          new ApiCall.Logout(Secret.of(CANARY + "03")),
          new ApiCall.Login(new Credentials.Password("jane", Secret.of(CANARY + "04"))),
          new ApiCall.Login(new Credentials.SecureKey("jane", Secret.of(CANARY + "05\n"))));

  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private Level before;

  @BeforeEach
  void listen() {
    before = root.getLevel();
    root.setLevel(Level.TRACE);
    log.start();
    root.addAppender(log);
  }

  @AfterEach
  void stopListening() {
    root.detachAppender(log);
    root.setLevel(before);
  }

  /** Servers that send back what they got, in every place where a parser might quote it. */
  private static List<ScriptedServer.Act> servers() {
    return List.of(
        send("HTTP/1.1 204 OK\r\n\r\n"),
        answer(200, "{\"ApiToken\":\"" + CANARY + "\"}"),
        answer(400, "{\"ErrorType\":\"X\"," + CANARY + "}"),
        answer(404, CANARY),
        sendAndClose(""),
        sendAndClose(CANARY + "\r\n\r\n"),
        sendAndClose("HTTP/1.1 " + CANARY + "\r\n\r\n"),
        sendAndClose("HTTP/1.1 400 " + CANARY + "\r\n" + CANARY + "\r\n\r\n"),
        sendAndClose("HTTP/1.1 400 x\r\nContent-Length: " + CANARY + "\r\n\r\n"),
        sendAndClose("HTTP/1.1 400 x\r\nTransfer-Encoding: " + CANARY + "\r\n\r\n"),
        sendAndClose("HTTP/1.1 400 x\r\nTransfer-Encoding: chunked\r\n\r\nz" + CANARY + "\r\n"),
        sendAndClose("HTTP/1.1 302 x\r\nLocation: /" + CANARY + "\r\n\r\n"),
        sendAndClose("HTTP/1.1 429 x\r\nRetry-After: " + CANARY + "\r\n\r\n"));
  }

  @Test
  void noAnswerShowsASecret() throws IOException {
    List<String> words = new ArrayList<>();
    for (ScriptedServer.Act act : servers()) {
      try (ScriptedServer server = ScriptedServer.playing(act);
          ApiFixture fixture = ApiFixture.patient(server.url())) {
        CALLS.forEach(call -> words.add(fixture.ask(call).toString()));
      }
    }
    assertThat(words).noneMatch(HttpApiSecrecyTest::givesAway);
    assertThat(logged()).noneMatch(HttpApiSecrecyTest::givesAway);
  }

  @Test
  void aBugInTheWorkerShowsNoSecret() throws IOException {
    Connector.Lookup bug =
        host -> {
          throw new IllegalStateException(CANARY);
        };
    Connector.Lookup none = host -> null;
    for (Connector.Lookup lookup : List.of(bug, none)) {
      URI url = URI.create("http://localhost:1/" + CANARY);
      try (ApiFixture fixture = new ApiFixture(url, 1000, 1000, 1, null, lookup)) {
        for (ApiCall call : CALLS) {
          assertThat(fixture.ask(call))
              .isInstanceOf(ApiAnswer.NoConnection.class)
              .matches(answer -> !givesAway(answer.toString()));
        }
      }
    }
    assertThat(logged())
        .anyMatch(
            text -> text.contains("a bug in the worker") && text.contains("NullPointerException"))
        .anyMatch(
            text -> text.contains("a bug in the worker") && text.contains("IllegalStateException"))
        .noneMatch(HttpApiSecrecyTest::givesAway);
  }

  @Test
  void aBugInTheReceiverIsLoggedWithoutItsText() throws IOException {
    try (ScriptedServer server = ScriptedServer.playing(send("HTTP/1.1 204 OK\r\n\r\n"));
        ApiFixture fixture = ApiFixture.patient(server.url())) {
      fixture.api.call(
          CALLS.getFirst(),
          answer -> {
            throw new IllegalStateException(CANARY);
          });
      org.awaitility.Awaitility.await()
          .until(
              () ->
                  logged().stream()
                      .anyMatch(text -> text.contains("the receiver of an API answer failed")));
      assertThat(logged())
          .anyMatch(text -> text.contains("java.lang.IllegalStateException"))
          .noneMatch(HttpApiSecrecyTest::givesAway);
      assertThat(fixture.ask(CALLS.getFirst())).isEqualTo(new ApiAnswer.Done());
    }
  }

  private static boolean givesAway(String text) {
    return text.contains(CANARY) || text.contains("/api/account") || text.contains("api_token");
  }

  private List<String> logged() {
    return List.copyOf(log.list).stream()
        .map(
            event ->
                event.getFormattedMessage()
                    + event.getKeyValuePairs()
                    + (event.getThrowableProxy() == null
                        ? ""
                        : ThrowableProxyUtil.asString(event.getThrowableProxy())))
        .toList();
  }
}
