package dev.revoker.api;

import static dev.revoker.api.ApiFixture.LOGIN;
import static dev.revoker.api.ApiFixture.LOGOUT;
import static dev.revoker.api.ApiFixture.REMOVE;
import static dev.revoker.api.ScriptedServer.answer;
import static dev.revoker.api.ScriptedServer.send;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Secret;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each whole answer of the API's gets its class, and costs one request. */
class HttpApiAnswerTest {
  private static ApiAnswer answerTo(ApiCall call, ScriptedServer.Act act) throws IOException {
    try (ScriptedServer server = ScriptedServer.playing(act);
        ApiFixture fixture = ApiFixture.patient(server.url())) {
      ApiAnswer answer = fixture.ask(call);
      assertThat(server.requests()).hasSize(1);
      return answer;
    }
  }

  @Test
  void onlyA204MeansThatARemovalOrLogoutIsDone() throws IOException {
    ScriptedServer.Act done = send("HTTP/1.1 204 OK\r\n\r\n");
    assertThat(answerTo(REMOVE, done)).isEqualTo(new ApiAnswer.Done());
    assertThat(answerTo(LOGOUT, done)).isEqualTo(new ApiAnswer.Done());
    assertThat(answerTo(LOGIN, done)).isInstanceOf(ApiAnswer.Unexpected.class);
    assertThat(answerTo(REMOVE, answer(200, "{\"ApiToken\":\"ab12\"}")))
        .isEqualTo(new ApiAnswer.Unexpected(200, "status 200 is outside the API's contract"));
  }

  @Test
  void aLoginGivesTheSession() throws IOException {
    assertThat(answerTo(LOGIN, answer(200, "{\"ApiToken\":\"aB12\", \"More\":[1]}")))
        .isEqualTo(new ApiAnswer.Session(Secret.of("aB12")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"ApiToken\":null}",
        "{\"ApiToken\":12}",
        "{\"ApiToken\":\"\"}",
        "{\"ApiToken\":\"xyz\"}",
        "{\"ApiToken\":\"ab12\"",
        "{\"ApiToken\":\"ab12\"} trailing"
      })
  void aLoginWithoutAHexTokenIsUnexpected(String body) throws IOException {
    assertThat(answerTo(LOGIN, answer(200, body)))
        .isEqualTo(new ApiAnswer.Unexpected(200, "status 200 without a hex ApiToken"));
  }

  static Stream<ApiCall> everyCall() {
    return Stream.of(REMOVE, LOGOUT, LOGIN);
  }

  @ParameterizedTest
  @MethodSource("everyCall")
  void aRefusalHasTheApisTypeAndComment(ApiCall call) throws IOException {
    String error = "{\"ErrorType\":\"BAD_API_TOKEN\",\"ErrorComment\":\"Ungültig\"}";
    ApiAnswer refused = new ApiAnswer.Refused("BAD_API_TOKEN", "Ungültig");
    assertThat(answerTo(call, answer(400, error))).isEqualTo(refused);
    assertThat(
            answerTo(
                call,
                send(
                    "HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "10\r\n"
                        + error.substring(0, 16)
                        + "\r\n"
                        + Integer.toHexString(error.length() + 1 - 16)
                        + "\r\n"
                        + error.substring(16)
                        + "\r\n0\r\n\r\n")))
        .isEqualTo(refused);
    assertThat(answerTo(call, ScriptedServer.sendAndClose("HTTP/1.0 400 No\r\n\r\n" + error)))
        .isEqualTo(refused);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"ErrorType\":\"X\"}", "{\"ErrorType\":\"X\",\"ErrorComment\":null}"})
  void aRefusalNeedsNoComment(String body) throws IOException {
    assertThat(answerTo(REMOVE, answer(400, body))).isEqualTo(new ApiAnswer.Refused("X", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Bad Request",
        "null",
        "[\"ErrorType\"]",
        "{\"ErrorType\":1}",
        "{\"ErrorComment\":\"no type\"}",
        "{\"ErrorType\":\"X\",\"ErrorComment\":7}",
        "{\"ErrorType\":\"X\"",
        "{\"ErrorType\":\"X\"}{}"
      })
  void a400ThatIsNotTheErrorJsonIsUnexpected(String body) throws IOException {
    assertThat(answerTo(REMOVE, answer(400, body)))
        .isEqualTo(new ApiAnswer.Unexpected(400, "status 400 without the API's error JSON"));
  }

  @Test
  @DisplayName("A 400 of more than 64 KiB is unexpected, whether it would ever end or not")
  void tooLongA400IsUnexpected() throws IOException {
    ApiAnswer tooLong = new ApiAnswer.Unexpected(400, "status 400 with too long a body");
    String comment = "{\"ErrorType\":\"X\",\"ErrorComment\":\"%s\"}";
    int frame = comment.formatted("").length();
    assertThat(answerTo(REMOVE, answer(400, comment.formatted("x".repeat(65536 - frame)))))
        .isEqualTo(new ApiAnswer.Refused("X", "x".repeat(65536 - frame)));
    assertThat(answerTo(REMOVE, answer(400, comment.formatted("x".repeat(65537 - frame)))))
        .isEqualTo(tooLong);
    assertThat(
            answerTo(
                REMOVE,
                ScriptedServer.flood(
                    "HTTP/1.1 400 No\r\nTransfer-Encoding: chunked\r\n\r\n",
                    "400\r\n" + "x".repeat(1024) + "\r\n")))
        .isEqualTo(tooLong);
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 502, 503, 504, 599, 408, 425})
  void aStatusThatMayPassIsAFailure(int status) throws IOException {
    assertThat(answerTo(REMOVE, answer(status, "<html>")))
        .isEqualTo(new ApiAnswer.Failed(status, null));
    assertThat(
            answerTo(
                LOGIN,
                send("HTTP/1.1 " + status + " x\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n")))
        .isEqualTo(new ApiAnswer.Failed(status, 7000L));
  }

  @Test
  void a429IsThrottled() throws IOException {
    assertThat(answerTo(REMOVE, answer(429, ""))).isEqualTo(new ApiAnswer.Throttled(null));
    assertThat(answerTo(REMOVE, send("HTTP/1.1 429 x\r\nretry-after: 2\r\n\r\n")))
        .isEqualTo(new ApiAnswer.Throttled(2000L));
    assertThat(answerTo(REMOVE, send("HTTP/1.1 429 x\r\nRetry-After: soon\r\n\r\n")))
        .isEqualTo(new ApiAnswer.Throttled(null));
  }

  @Test
  void theLongestOfSeveralRetryAftersCounts() throws IOException {
    assertThat(
            answerTo(REMOVE, send("HTTP/1.1 429 x\r\nRetry-After: 2\r\nRetry-After: 30.5\r\n\r\n")))
        .isEqualTo(new ApiAnswer.Throttled(31_000L));
  }

  @Test
  void aGzippedAnswerIsReadThoughNobodyAskedForIt() throws IOException {
    byte[] raw = resource("gzip-unasked.http");
    assertThat(answerTo(REMOVE, peer -> peer.output().write(raw)))
        .isEqualTo(new ApiAnswer.Refused("ITEM_NOT_FOUND", "no such key"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "x-gzip", "br", "gzip, br", "*"})
  void anAnswerThatCannotBeDecodedIsUnexpected(String coding) throws IOException {
    String error = "{\"ErrorType\":\"ITEM_NOT_FOUND\",\"ErrorComment\":\"\"}";
    assertThat(
            answerTo(
                REMOVE,
                send(
                    "HTTP/1.1 400 x\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(coding, error.length(), error))))
        .isEqualTo(new ApiAnswer.Unexpected(400, "status 400 without the API's error JSON"));
  }

  @Test
  void aGzippedAnswerThatGrowsBeyond64KiBIsUnexpected() throws IOException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
      gzip.write(new byte[65_537]);
    }
    assertThat(
            answerTo(
                REMOVE,
                peer -> {
                  peer.write(
                      "HTTP/1.1 400 x\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
                          .formatted(zipped.size()));
                  peer.output().write(zipped.toByteArray());
                }))
        .isEqualTo(new ApiAnswer.Unexpected(400, "status 400 with too long a body"));
  }

  @Test
  void anIdentityCodingIsNone() throws IOException {
    String error = "{\"ErrorType\":\"X\",\"ErrorComment\":\"c\"}";
    assertThat(
            answerTo(
                REMOVE,
                send(
                    "HTTP/1.1 400 x\r\nContent-Encoding: Identity\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(error.length(), error))))
        .isEqualTo(new ApiAnswer.Refused("X", "c"));
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = HttpApiAnswerTest.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {101, 201, 202, 205, 206, 300, 304, 401, 403, 404, 405, 410, 418, 600, 999})
  void anyOtherStatusIsUnexpected(int status) throws IOException {
    ApiAnswer answer = answerTo(REMOVE, answer(status, "{\"ErrorType\":\"BAD_API_TOKEN\"}"));
    assertThat(answer).isInstanceOf(ApiAnswer.Unexpected.class);
    assertThat(answer.httpStatus()).isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void aRedirectIsNotFollowed(int status) throws IOException {
    assertThat(
            answerTo(
                REMOVE,
                send("HTTP/1.1 " + status + " x\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n")))
        .isEqualTo(
            new ApiAnswer.Unexpected(
                status, "a redirect (status " + status + "), which is not followed"));
  }

  @Test
  void interimAnswersAreSkipped() throws IOException {
    assertThat(
            answerTo(
                REMOVE,
                send(
                    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\n"
                        + "HTTP/1.1 204 OK\r\n\r\n")))
        .isEqualTo(new ApiAnswer.Done());
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 404, 302})
  @DisplayName("An answer that needs no body does not wait for it, however the server sends it")
  void bodiesThatDoNotMatterAreNotAwaited(int status) throws IOException {
    String head = "HTTP/1.1 " + status + " x\r\n";
    for (ScriptedServer.Act act :
        new ScriptedServer.Act[] {
          ScriptedServer.sendAndHang(head + "Content-Length: 100\r\n\r\nhalf"),
          ScriptedServer.sendAndHang(head + "Transfer-Encoding: chunked\r\n\r\n5\r\nha"),
          ScriptedServer.sendAndHang(head + "\r\nuntil it closes"),
          ScriptedServer.sendAndReset(head + "Content-Length: 100\r\n\r\nhalf"),
          ScriptedServer.flood(head + "\r\n", "x".repeat(1000)),
        }) {
      assertThat(answerTo(REMOVE, act).httpStatus()).isEqualTo(status);
    }
  }
}
