package dev.revoker.message;

import dev.revoker.model.Request;
import dev.revoker.model.Request.Echo;
import dev.revoker.model.ResultError;
import dev.revoker.model.Source;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A request record without its value: where it was, its headers, its times. */
record RequestRecord(
    Source source,
    String lane,
    RequestReader.Headers headers,
    Instant recordTimestamp,
    Instant receivedAt) {
  static final int MAX_ID_CHARS = 128;
  private static final int MAX_HEADER_CHARS = 512;

  private static final Pattern CLOUD_EVENT =
      Pattern.compile("\\s*application/cloudevents\\+json\\s*(?:;.*)?", Pattern.CASE_INSENSITIVE);

  /**
   * W3C Trace Context: version, trace id, parent id, flags. An id is not all zeros, version ff does
   * not exist, and only versions after 00 may have more.
   */
  private static final Pattern TRACEPARENT =
      Pattern.compile(
          "(?!ff|00.{53}-)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
              + "(?:-.*)?");

  /** Whether the value is a structured CloudEvent. */
  boolean isCloudEvent() {
    String contentType = Text.printable(headers.last("content-type"), MAX_HEADER_CHARS);
    return contentType != null && CLOUD_EVENT.matcher(contentType).matches();
  }

  /** The first of the given ids, the header {@code ce_id} and the source that may be shown. */
  String requestId(EchoFilter filter, @Nullable String... given) {
    return Stream.concat(Stream.of(given), Stream.of(ceId()))
        .map(filter::id)
        .filter(Objects::nonNull)
        .findFirst()
        .orElseGet(source::toString);
  }

  @Nullable String traceparent(EchoFilter filter) {
    return filter.id(traceparent());
  }

  @Nullable String tracestate(EchoFilter filter) {
    return filter.id(tracestate());
  }

  /** The valid headers among those that a result may repeat. */
  List<String> echoedHeaders() {
    return Stream.of(ceId(), traceparent(), tracestate()).filter(Objects::nonNull).toList();
  }

  private @Nullable String ceId() {
    return Text.printable(headers.last("ce_id"), MAX_ID_CHARS);
  }

  private @Nullable String traceparent() {
    String text = Text.printable(headers.last("traceparent"), MAX_HEADER_CHARS);
    return text == null || !TRACEPARENT.matcher(text).matches() ? null : text;
  }

  /** Not parsed: any printable ASCII. */
  private @Nullable String tracestate() {
    return Text.printable(headers.last("tracestate"), MAX_HEADER_CHARS);
  }

  Request invalid(Instant agedFrom, Echo echo, String type, String why) {
    ResultError error = new ResultError(type, why);
    return new Request.Invalid(source, lane, receivedAt, agedFrom, echo, error);
  }
}
