package dev.revoker.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.config.ApiConfig;
import dev.revoker.config.TlsContext;
import dev.revoker.model.Credentials;
import dev.revoker.model.Secret;
import dev.revoker.time.SystemTime;
import java.net.InetAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;

/** An {@link HttpApi} under test, with what surrounds it. */
final class ApiFixture implements AutoCloseable {
  static final String TOKEN = "7ca5dc5c7cce449fb0fff719307e8f5f";
  static final String KEY = "968a8b637a5040159424872fffdb895b";
  static final ApiCall REMOVE = new ApiCall.RemoveApiKey(Secret.of(TOKEN), Secret.of(KEY));
  static final ApiCall LOGOUT = new ApiCall.Logout(Secret.of(TOKEN));
  static final ApiCall LOGIN =
      new ApiCall.Login(new Credentials.Password("jane", Secret.of("s3cret")));

  final SystemTime time = new SystemTime();
  final HttpApi api;

  ApiFixture(URI url, long connectMs, long requestMs, int connections, SSLContext tls) {
    this(url, connectMs, requestMs, connections, tls, InetAddress::getAllByName);
  }

  ApiFixture(
      URI url,
      long connectMs,
      long requestMs,
      int connections,
      SSLContext tls,
      Connector.Lookup lookup) {
    ApiConfig config = new ApiConfig(url, connectMs, requestMs);
    api =
        new HttpApi(
            config,
            connections,
            time,
            tls == null ? new TlsContext(Map.of())::current : () -> tls,
            lookup);
  }

  /** As a worker is configured. */
  ApiFixture(ApiConfig config) {
    api = new HttpApi(config, 4, time);
  }

  /** With time enough for everything. */
  static ApiFixture patient(URI url) {
    return new ApiFixture(url, 10_000, 10_000, 8, null);
  }

  /** For what never ends. */
  static ApiFixture hasty(URI url) {
    return new ApiFixture(url, 10_000, 500, 8, null);
  }

  /** Calls, waits for the answer. */
  ApiAnswer ask(ApiCall call) {
    return next(start(call));
  }

  /** Calls; the answers come into the queue. */
  BlockingQueue<ApiAnswer> start(ApiCall call) {
    BlockingQueue<ApiAnswer> answers = new LinkedBlockingQueue<>();
    api.call(call, answers::add);
    return answers;
  }

  static ApiAnswer next(BlockingQueue<ApiAnswer> answers) {
    try {
      ApiAnswer answer = answers.poll(20, TimeUnit.SECONDS);
      assertThat(answer).as("an answer within 20 s").isNotNull();
      assertThat(answers).as("further answers").isEmpty();
      return answer;
    } catch (InterruptedException unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  @Override
  public void close() {
    api.close();
    time.close();
  }
}
