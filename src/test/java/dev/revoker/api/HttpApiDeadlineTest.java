package dev.revoker.api;

import static dev.revoker.api.ApiFixture.REMOVE;
import static dev.revoker.api.ApiFixture.next;
import static dev.revoker.api.ScriptedServer.drip;
import static dev.revoker.api.ScriptedServer.send;
import static dev.revoker.api.ScriptedServer.sendAndHang;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.revoker.config.ApiConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** However a call hangs, it ends when its time is over, and leaves nothing behind. */
@Timeout(30)
class HttpApiDeadlineTest {
  private static final int TIMEOUT_MS = 400;

  static Stream<ScriptedServer.Act> endless() {
    return Stream.of(
        sendAndHang(""),
        sendAndHang("HTTP/1.1 204 OK\r\n"),
        sendAndHang("HTTP/1.1 100 Continue\r\n\r\n"),
        sendAndHang("HTTP/1.1 400 No\r\nContent-Length: 19\r\n\r\n{\"ErrorType\":\"X\"}"),
        sendAndHang("HTTP/1.1 400 No\r\n\r\n{\"ErrorType\":\"X\"}"),
        drip("HTTP/1.1 204 OK\r\nX: ", "y"),
        drip("HTTP/1.1 400 No\r\n\r\n", " "),
        drip("HTTP/1.1 400 No\r\nContent-Length: 60000\r\n\r\n", " "),
        drip("HTTP/1.1 400 No\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n"),
        drip("", "HTTP/1.1 102 Processing\r\n\r\n"));
  }

  @ParameterizedTest
  @MethodSource("endless")
  void anAnswerThatNeverEndsIsNoAnswer(ScriptedServer.Act act) throws IOException {
    HandTime time = new HandTime();
    try (ScriptedServer server = ScriptedServer.playing(act, send("HTTP/1.1 204 OK\r\n\r\n"));
        HttpApi api = new HttpApi(endpoint(server), 1, time)) {
      BlockingQueue<ApiAnswer> answers = start(api);
      await().until(() -> server.requests().size() == 1);
      time.pass(TIMEOUT_MS - 1);
      assertThat(answers).isEmpty();
      time.pass(1);
      assertThat(next(answers)).isEqualTo(new ApiAnswer.NoAnswer("no whole answer in time"));
      assertThat(server.requests()).hasSize(1);
      assertThat(next(start(api)))
          .as("the next call, in the only place")
          .isEqualTo(new ApiAnswer.Done());
      assertThat(server.connections()).isEqualTo(2);
    }
  }

  private static ApiConfig endpoint(ScriptedServer server) {
    return new ApiConfig(server.url(), 10_000, TIMEOUT_MS);
  }

  private static BlockingQueue<ApiAnswer> start(HttpApi api) {
    BlockingQueue<ApiAnswer> answers = new LinkedBlockingQueue<>();
    api.call(REMOVE, answers::add);
    return answers;
  }

  @Test
  void aHandshakeThatHangsIsNoConnectionWhenTheConnectTimeIsOver() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        ApiFixture fixture =
            new ApiFixture(
                URI.create("https://127.0.0.1:" + silent.getLocalPort()), 200, 60_000, 8, null)) {
      assertThat(fixture.ask(REMOVE))
          .isEqualTo(
              new ApiAnswer.NoConnection(
                  "no connection to 127.0.0.1:" + silent.getLocalPort() + " in time"));
    }
  }

  @Test
  void theTimeOfTheCallBoundsConnectingToo() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        ApiFixture fixture =
            new ApiFixture(
                URI.create("https://127.0.0.1:" + silent.getLocalPort()), 60_000, 200, 8, null)) {
      assertThat(fixture.ask(REMOVE)).isInstanceOf(ApiAnswer.NoConnection.class);
    }
  }

  @Test
  void aHangingLookupIsSharedAndBlocksNoOtherCall() throws IOException {
    CountDownLatch hanging = new CountDownLatch(1);
    Semaphore lookups = new Semaphore(0);
    Connector.Lookup lookup =
        host -> {
          lookups.release();
          awaitUninterrupted(hanging);
          return new InetAddress[] {InetAddress.getLoopbackAddress()};
        };
    try (ScriptedServer server = ScriptedServer.playing(send("HTTP/1.1 204 OK\r\n\r\n"));
        ApiFixture fixture = new ApiFixture(server.url(), 200, 60_000, 8, null, lookup)) {
      var calls = Stream.generate(() -> fixture.start(REMOVE)).limit(20).toList();
      for (BlockingQueue<ApiAnswer> answers : calls) {
        assertThat(next(answers)).isInstanceOf(ApiAnswer.NoConnection.class);
      }
      assertThat(lookups.availablePermits()).isEqualTo(1);
      hanging.countDown();
      await().untilAsserted(() -> assertThat(fixture.ask(REMOVE)).isEqualTo(new ApiAnswer.Done()));
    }
  }

  @Test
  void aCallThatGetsNoConnectionInTimeHasSentNothing() throws IOException {
    HandTime time = new HandTime();
    try (ScriptedServer server = ScriptedServer.playing(sendAndHang(""));
        HttpApi api = new HttpApi(endpoint(server), 1, time)) {
      BlockingQueue<ApiAnswer> first = start(api);
      await().until(() -> server.requests().size() == 1);
      BlockingQueue<ApiAnswer> second = start(api);
      await().until(() -> time.timersSet() == 2);
      time.runLatest();
      assertThat(next(second))
          .isEqualTo(new ApiAnswer.NoConnection("no connection became free in time"));
      time.runLatest();
      assertThat(next(first)).isEqualTo(new ApiAnswer.NoAnswer("no whole answer in time"));
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void closingEndsTheCallsInFlight() throws IOException {
    try (ScriptedServer server = ScriptedServer.playing(sendAndHang(""));
        ApiFixture fixture = new ApiFixture(server.url(), 60_000, 60_000, 1, null)) {
      BlockingQueue<ApiAnswer> sent = fixture.start(REMOVE);
      await().until(() -> server.requests().size() == 1);
      BlockingQueue<ApiAnswer> waiting = fixture.start(REMOVE);
      fixture.api.close();
      assertThat(next(sent)).isInstanceOf(ApiAnswer.NoAnswer.class);
      assertThat(next(waiting)).isInstanceOf(ApiAnswer.NoConnection.class);
      await().atMost(Duration.ofSeconds(10)).until(() -> server.requests().size() == 1);
    }
  }

  @Test
  void theReceiverIsNotInterruptedByADeadlineThatPassed() throws Exception {
    try (ScriptedServer server = ScriptedServer.playing(sendAndHang(""));
        ApiFixture fixture = ApiFixture.hasty(server.url())) {
      var interrupted = new java.util.concurrent.CompletableFuture<Boolean>();
      fixture.api.call(
          REMOVE, answer -> interrupted.complete(Thread.currentThread().isInterrupted()));
      assertThat(interrupted.get()).isFalse();
    }
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException unexpected) {
      throw new AssertionError(unexpected);
    }
  }
}
