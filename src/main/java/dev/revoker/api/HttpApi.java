package dev.revoker.api;

import dev.revoker.config.ApiConfig;
import dev.revoker.config.TlsContext;
import dev.revoker.time.Time;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The account API over HTTP/1.1. Each call has a virtual thread of its own, which also passes on
 * the answer.
 *
 * <ul>
 *   <li>One call sends at most one request. Nothing is repeated, no redirect is followed.
 *   <li>{@code api.request.timeout.ms} bounds the whole call, from the wait for a free connection
 *       to the last byte of the answer, however slowly it arrives. {@code api.connect.timeout.ms}
 *       bounds address, TCP and TLS together.
 *   <li>{@link ApiAnswer.NoConnection} means that the API got no request; every later failure is
 *       {@link ApiAnswer.NoAnswer}. Credentials that no header can carry (control characters,
 *       blanks at the ends) are not sent, so they give NoConnection.
 *   <li>An answer whose meaning does not depend on the body is passed on without it. At most 64 KiB
 *       of a body are read; a longer one gives {@link ApiAnswer.Unexpected}.
 *   <li>{@code https:} is TLS 1.2 or later with the host's name checked. Only {@code api.proxy} is
 *       used, no proxy of the JVM's system properties. What the proxy refuses is NoConnection.
 *   <li>No secret, path or query is in any log, exception or text of an answer. (The JVM's own
 *       {@code -Djavax.net.debug} does print what TLS carries: never set it in production.)
 * </ul>
 *
 * <p>Safe on any thread.
 */
public final class HttpApi implements Api, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpApi.class);

  private final Time time;
  private final long timeoutMs;
  private final RequestEncoder requests;
  private final AnswerReader answers;
  private final Connector connector;
  private final Connections connections;
  private final Set<Deadline> underWay = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * Opens nothing yet.
   *
   * @param maxConnections at a time; a call beyond it waits for a free one within its own timeout
   */
  public HttpApi(ApiConfig config, int maxConnections, Time time) {
    this(
        config,
        maxConnections,
        time,
        new TlsContext(config.tls())::current,
        InetAddress::getAllByName);
  }

  HttpApi(
      ApiConfig config,
      int maxConnections,
      Time time,
      Connector.TlsSource tls,
      Connector.Lookup lookup) {
    this.time = time;
    this.timeoutMs = config.requestTimeoutMs();
    this.requests = new RequestEncoder(config, version());
    this.answers = new AnswerReader(time);
    this.connector = new Connector(config, tls, time, lookup);
    this.connections = new Connections(connector, maxConnections, time);
  }

  @Override
  public void call(ApiCall call, Consumer<ApiAnswer> onAnswer) {
    Thread.ofVirtual().name("revoker-api").start(() -> handOver(answer(call), onAnswer));
  }

  /**
   * Tries to make a connection as a call would.
   *
   * @return why there is none; empty if there is one
   */
  public Optional<String> unreachable() {
    CompletableFuture<Optional<String>> result = new CompletableFuture<>();
    Thread.ofVirtual().start(() -> result.completeAsync(this::connect, Runnable::run));
    return result.join();
  }

  private Optional<String> connect() {
    try (Deadline deadline = new Deadline(time, timeoutMs)) {
      Connections.Lease lease = connections.lease();
      if (lease instanceof Connections.Lease.Open open) {
        connections.giveBack(open.connection(), 0);
      }
      return lease instanceof Connections.Lease.Failed none
          ? Optional.of(deadline.over() ? "no connection in time" : none.why())
          : Optional.empty();
    }
  }

  /**
   * Ends the calls in flight at once with NoConnection or NoAnswer, whichever is true; later calls
   * get NoConnection. Does not wait for them.
   */
  @Override
  public void close() {
    closed = true;
    underWay.forEach(Deadline::expire);
    connections.close();
  }

  private ApiAnswer answer(ApiCall call) {
    Exchange exchange = new Exchange(call);
    try (Deadline deadline = new Deadline(time, timeoutMs)) {
      underWay.add(deadline);
      try {
        return exchange.run(deadline);
      } finally {
        underWay.remove(deadline);
      }
    } catch (Throwable bug) {
      LOG.atError()
          .setCause(withoutMessage(bug))
          .addKeyValue("sent", exchange.sent)
          .log("an API call failed with a bug in the worker; counting it as a failure");
      return exchange.failed("a bug in the worker");
    }
  }

  private static void handOver(ApiAnswer answer, Consumer<ApiAnswer> onAnswer) {
    try {
      onAnswer.accept(answer);
    } catch (Throwable bug) {
      LOG.atError()
          .setCause(withoutMessage(bug))
          .log("the receiver of an API answer failed with a bug in the worker");
    }
  }

  /** The same stack, without a text that may quote what was sent or received. */
  private static Throwable withoutMessage(Throwable bug) {
    Throwable safe = new IllegalStateException(bug.getClass().getName());
    safe.setStackTrace(bug.getStackTrace());
    return safe;
  }

  private static String version() {
    String version = HttpApi.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }

  /** One request and its answer. */
  private final class Exchange {
    private final ApiCall call;
    private boolean sent;

    Exchange(ApiCall call) {
      this.call = call;
    }

    ApiAnswer run(Deadline deadline) {
      String refusal = closed ? "the worker is stopping" : RequestEncoder.refusal(call);
      if (refusal != null) {
        return failed(refusal);
      }
      byte[] request = requests.bytes(call);
      return switch (connections.lease()) {
        case Connections.Lease.Failed none -> failed(none.why());
        case Connections.Lease.Open open -> converse(open.connection(), request, deadline);
      };
    }

    private ApiAnswer converse(Connection connection, byte[] request, Deadline deadline) {
      long keepMs = 0;
      boolean sending = true;
      try {
        sent = true;
        connection.send(request);
        sending = false;
        AnswerReader.Received received = answers.read(call, connection);
        keepMs = deadline.over() ? 0 : received.keepMs();
        String refusal = connector.proxyRefusal(received.answer());
        return refusal == null ? received.answer() : new ApiAnswer.NoConnection(refusal);
      } catch (IOException | HttpException failure) {
        if (deadline.over()) {
          return failed("no whole answer in time");
        }
        String refused =
            failure instanceof IOException broken && connection.fresh()
                ? connector.refusedHandshake(broken, sending)
                : null;
        return refused == null ? failed(why(failure)) : new ApiAnswer.NoConnection(refused);
      } finally {
        connections.giveBack(connection, keepMs);
      }
    }

    ApiAnswer failed(String why) {
      return sent ? new ApiAnswer.NoAnswer(why) : new ApiAnswer.NoConnection(why);
    }

    /** Never the exception's own text: it may quote the answer. */
    private static String why(Exception failure) {
      return switch (failure) {
        case EOFException e -> "the connection was closed before the answer was whole";
        case MessageConstraintException e -> "the answer's head is too long";
        case HttpException e -> "the answer is not valid HTTP";
        default ->
            String.format(
                Locale.ROOT, "the connection broke (%s)", failure.getClass().getSimpleName());
      };
    }
  }
}
