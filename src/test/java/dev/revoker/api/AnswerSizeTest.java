package dev.revoker.api;

import static dev.revoker.api.ApiFixture.LOGIN;
import static dev.revoker.api.ApiFixture.REMOVE;
import static dev.revoker.api.ScriptedServer.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * However much a server sends, little is read, less is kept, and the connection's place is free.
 */
@Timeout(30)
class AnswerSizeTest {
  private static final String PIECE = "x".repeat(32 * 1024);

  /** What never ends, or says that it will be long. None of it needs the deadline. */
  static Stream<String> heads() {
    return Stream.of(
        "HTTP/1.1 400 x\r\n\r\n",
        "HTTP/1.1 400 x\r\nContent-Length: 9223372036854775807\r\n\r\n",
        "HTTP/1.1 400 x\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\n",
        "HTTP/1.1 400 x\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff;",
        "HTTP/1.1 200 x\r\nX: ",
        "HTTP/1.1 200 x\r\n\r\n",
        "HTTP/1.1 503 x\r\nContent-Length: 9223372036854775807\r\n\r\n",
        "");
  }

  @ParameterizedTest
  @MethodSource("heads")
  void anEndlessAnswerIsCutOffAndItsConnectionIsReleased(String head) throws IOException {
    try (ScriptedServer server =
            ScriptedServer.playing(
                ScriptedServer.flood(head, PIECE), send("HTTP/1.1 204 OK\r\n\r\n"));
        ApiFixture fixture = new ApiFixture(server.url(), 20_000, 20_000, 1, null)) {
      assertThat(fixture.ask(LOGIN))
          .isNotInstanceOf(ApiAnswer.Session.class)
          .isNotInstanceOf(ApiAnswer.NoConnection.class)
          .isNotEqualTo(new ApiAnswer.NoAnswer("no whole answer in time"));
      await().until(() -> server.openConnections() == 0);
      assertThat(fixture.ask(REMOVE)).as("the next call").isEqualTo(new ApiAnswer.Done());
    }
  }

  @Test
  void atMost256KiBOfAnAnswerAreReadAndTheNextAnswerIsCountedAnew() throws IOException {
    AtomicLong given = new AtomicLong();
    Connection.WireInput input = new Connection.WireInput(endless(given), endless(given));
    for (int answer = 1; answer <= 3; answer++) {
      input.startAnswer();
      input.allowEnd();
      assertThatThrownBy(() -> input.transferTo(java.io.OutputStream.nullOutputStream()))
          .hasMessage("the answer is too long");
      assertThat(given.get()).isEqualTo(answer * 256L * 1024);
    }
  }

  private static InputStream endless(AtomicLong given) {
    return new InputStream() {
      @Override
      public int read() {
        given.incrementAndGet();
        return 'x';
      }

      @Override
      public int read(byte[] into, int offset, int length) {
        Arrays.fill(into, offset, offset + length, (byte) 'x');
        given.addAndGet(length);
        return length;
      }
    };
  }
}
