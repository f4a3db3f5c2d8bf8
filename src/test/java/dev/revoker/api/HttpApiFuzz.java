package dev.revoker.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.revoker.config.ApiConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * Whatever a server answers with: one answer in time, never a success that was not said, and the
 * only connection is free again for the next call.
 */
class HttpApiFuzz {
  private static final Pattern DONE = Pattern.compile("(?i)HTTP/\\S*\\s+204");
  private static final Pattern TOKEN = Pattern.compile("[0-9A-Fa-f]{1,1024}");
  private static final int TIMEOUT_MS = 400;

  /** Most that was sent is read by then; what is not makes the input another one, no more. */
  private static final int MOMENT_MS = 20;

  private static final HandTime TIME = new HandTime();
  private static final Semaphore PLAYED = new Semaphore(0);
  private static volatile byte[] script = {};
  private static volatile boolean hang;
  private static ScriptedServer server;
  private static HttpApi api;

  @BeforeAll
  static void start() throws IOException {
    server = ScriptedServer.playing(HttpApiFuzz::play);
    api = new HttpApi(new ApiConfig(server.url(), 60_000, TIMEOUT_MS), 1, TIME);
  }

  @AfterAll
  static void stop() throws IOException {
    api.close();
    server.close();
  }

  private static void play(ScriptedServer.Peer peer) throws IOException {
    boolean stay = hang;
    try {
      peer.output().write(script);
      peer.output().flush();
    } finally {
      if (stay) {
        PLAYED.release();
      } else {
        peer.socket().close();
      }
    }
  }

  /** The first byte tells the call, whether the server hangs, and how often the rest comes. */
  @FuzzTest
  @DictionaryEntries({
    "HTTP/1.1 204 No Content\\x0d\\x0a\\x0d\\x0a",
    "HTTP/1.1 400 Bad Request\\x0d\\x0a",
    "HTTP/1.1 200 OK\\x0d\\x0a",
    "HTTP/1.1 100 Continue\\x0d\\x0a\\x0d\\x0a",
    "HTTP/1.1 429 Slow\\x0d\\x0a",
    "Content-Length: ",
    "Transfer-Encoding: chunked\\x0d\\x0a\\x0d\\x0a",
    "Connection: close\\x0d\\x0a",
    "Keep-Alive: timeout=1\\x0d\\x0a",
    "Retry-After: ",
    "Location: http://example.org/\\x0d\\x0a",
    "{\\\"ErrorType\\\":\\\"ITEM_NOT_FOUND\\\"}",
    "{\\\"ApiToken\\\":\\\"00ff\\\"}",
    "ffffffffffffffff\\x0d\\x0a",
    "0\\x0d\\x0a\\x0d\\x0a",
    "\\x0d\\x0a\\x0d\\x0a"
  })
  void anyAnswerIsOneAnswerInTime(byte[] input) {
    if (input.length == 0) {
      return;
    }
    byte[] answer = Arrays.copyOfRange(input, 1, input.length);
    // Hanging takes a moment each, so few do.
    hang = (input[0] & 0xfc) == 0x04;
    script = (input[0] & 0x80) == 0 ? answer : repeated(answer);
    ApiCall call =
        switch (input[0] & 3) {
          case 0 -> ApiFixture.LOGIN;
          case 1 -> ApiFixture.LOGOUT;
          default -> ApiFixture.REMOVE;
        };
    judge(call, ask(call), new String(script, StandardCharsets.ISO_8859_1));
  }

  /** Time passes only where the server hangs: else the answer must come without. */
  private static ApiAnswer ask(ApiCall call) {
    BlockingQueue<ApiAnswer> answers = new LinkedBlockingQueue<>();
    PLAYED.drainPermits();
    api.call(call, answers::add);
    try {
      if (hang) {
        // Where the connection kept from the input before closes just now, nothing is played.
        ApiAnswer early = null;
        while (early == null && !PLAYED.tryAcquire(1, TimeUnit.MILLISECONDS)) {
          early = answers.poll();
        }
        early = early == null ? answers.poll(MOMENT_MS, TimeUnit.MILLISECONDS) : early;
        if (early != null) {
          return early;
        }
        TIME.pass(TIMEOUT_MS);
      }
    } catch (InterruptedException unexpected) {
      throw new AssertionError(unexpected);
    }
    return ApiFixture.next(answers);
  }

  private static void judge(ApiCall call, ApiAnswer answer, String said) {
    switch (answer) {
      case ApiAnswer.Done done -> {
        assertThat(DONE.matcher(said).find()).isTrue();
        assertThat(call).isNotInstanceOf(ApiCall.Login.class);
      }
      case ApiAnswer.Session session -> {
        assertThat(call).isInstanceOf(ApiCall.Login.class);
        assertThat(session.apiToken().reveal()).matches(TOKEN);
      }
      case ApiAnswer.Refused refused -> assertThat(said).contains("400");
      case ApiAnswer.Throttled throttled -> assertThat(said).contains("429");
      case ApiAnswer.Unexpected unexpected ->
          assertThat(unexpected.toString()).hasSizeLessThan(200);
      case ApiAnswer.Failed failed -> assertThat(failed.status()).isBetween(408, 599);
      case ApiAnswer.NoAnswer none -> assertThat(none.why()).doesNotContain("a bug in the worker");
      // The connection of the call before would be held still.
      case ApiAnswer.NoConnection none -> throw new AssertionError(none.why());
    }
  }

  /** Longer than any answer may be. */
  private static byte[] repeated(byte[] answer) {
    byte[] all = new byte[Math.min(answer.length * 5_000, 300_000)];
    for (int i = 0; i < all.length; i++) {
      all[i] = answer[i % answer.length];
    }
    return all;
  }
}
