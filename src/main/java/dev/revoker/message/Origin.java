package dev.revoker.message;

import dev.revoker.model.Echo;
import dev.revoker.model.Request;
import dev.revoker.model.ResultError;
import dev.revoker.model.Secret;
import dev.revoker.model.Source;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is known of a request record whatever its value is. */
record Origin(
    Source source,
    String lane,
    RequestReader.Headers headers,
    Instant recordTimestamp,
    Instant receivedAt) {
  static final int MAX_ID_CHARS = 128;

  /** The given id, else {@code ce_id}, else the source: the first that may be shown. */
  String requestId(@Nullable String given, EchoFilter filter) {
    String id = filter.id(given);
    if (id == null) {
      id = filter.id(ceId());
    }
    return id == null ? source.toString() : id;
  }

  @Nullable String traceparent(EchoFilter filter) {
    return filter.id(traceparent());
  }

  @Nullable String tracestate(EchoFilter filter) {
    return filter.id(tracestate());
  }

  /** The headers that a result may repeat, as far as they keep to their rules. */
  List<String> echoedHeaders() {
    return Stream.of(ceId(), traceparent(), tracestate()).filter(Objects::nonNull).toList();
  }

  private @Nullable String ceId() {
    return Text.printable(headers.last("ce_id"), MAX_ID_CHARS);
  }

  private @Nullable String traceparent() {
    return TraceContext.parent(headers.last("traceparent"));
  }

  private @Nullable String tracestate() {
    return TraceContext.state(headers.last("tracestate"));
  }

  Request valid(
      Instant agedFrom,
      Echo echo,
      String key,
      @Nullable String apiToken,
      @Nullable Instant notAfter) {
    Secret token = apiToken == null ? null : Secret.of(apiToken);
    return new Request.Valid(
        source, lane, receivedAt, agedFrom, echo, Secret.of(key), null, token, notAfter);
  }

  Request invalid(Instant agedFrom, Echo echo, String type, String why) {
    ResultError error = new ResultError(type, why);
    return new Request.Invalid(source, lane, receivedAt, agedFrom, echo, error);
  }
}
