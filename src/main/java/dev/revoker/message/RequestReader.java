package dev.revoker.message;

import dev.revoker.model.Echo;
import dev.revoker.model.Request;
import dev.revoker.model.ResultError;
import dev.revoker.model.Secret;
import dev.revoker.model.Source;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a request record. Any bytes give a request: what does not fit gives a {@link
 * Request.Invalid}, never an exception.
 *
 * <ul>
 *   <li>The value is a JSON object in strict UTF-8 without a byte order mark, at most {@link
 *       #MAX_VALUE_BYTES} long and nested at most 500 levels deep, each name unique in its object
 *       and without lone surrogates.
 *   <li>Unknown fields are ignored, whatever their value. JSON's null counts as absent.
 *   <li>Lengths count Unicode code points. An {@code api_token} has 1 to 256 hex digits.
 *   <li>The request id is {@code request_id}, else the header {@code ce_id} where that is 1 to 128
 *       printable ASCII characters, else the source. The record's key is never used.
 *   <li>A {@link Request.Valid} without an {@code api_token} of its own has a configured account in
 *       its echo.
 * </ul>
 *
 * <p>The echo holds what is known and valid by itself, and nothing of a value that is not sound
 * JSON. It holds no secret of the request, nor what looks like a broken one, in any case or
 * URL-encoding: in {@code reason}, {@code requested_by} and {@code labels} {@code ***} stands for
 * it; another text that holds one is dropped. No error's comment quotes the content.
 *
 * <p>Immutable, safe on any thread.
 */
public final class RequestReader {
  /** A longer value is rejected unread. */
  public static final int MAX_VALUE_BYTES = 65_536;

  private static final int MIN_KEY_DIGITS = 8;
  private static final int MAX_DIGITS = 256;
  private static final int MAX_TEXT_CHARS = 256;
  private static final int MAX_ACCOUNT_CHARS = 64;

  private final Set<String> accounts;
  private final @Nullable String defaultAccount;
  private final Fingerprints fingerprints;

  /** The headers of a record. */
  @FunctionalInterface
  public interface Headers {
    /** The value of the last header of this name, or null. */
    byte @Nullable [] last(String name);
  }

  /**
   * @param accounts the names of the configured accounts
   * @param defaultAccount for requests that name none; null where there is none
   */
  public RequestReader(
      Set<String> accounts, @Nullable String defaultAccount, Fingerprints fingerprints) {
    this.accounts = Set.copyOf(accounts);
    this.defaultAccount = defaultAccount;
    this.fingerprints = fingerprints;
  }

  /**
   * Reads one record.
   *
   * @param value the record's value; null for a tombstone
   * @param recordTimestamp what its age is measured from where it has no valid requested_at
   * @param receivedAt now
   */
  public Request read(
      Source source,
      String lane,
      byte @Nullable [] value,
      Headers headers,
      Instant recordTimestamp,
      Instant receivedAt) {
    Origin origin = new Origin(source, lane, headers, recordTimestamp, receivedAt);
    if (value == null) {
      return unread(origin, new byte[0], "the value is null, a tombstone");
    }
    if (value.length > MAX_VALUE_BYTES) {
      return unread(origin, value, "the value is longer than " + MAX_VALUE_BYTES + " bytes");
    }
    return switch (RequestJson.parse(value)) {
      case Parsed.Broken broken -> unread(origin, value, broken.why());
      case Parsed.Fields fields -> judge(origin, fields);
    };
  }

  private static Request unread(Origin origin, byte[] value, String why) {
    EchoFilter filter = EchoFilter.forUnparsed(origin.echoedHeaders(), value);
    Echo echo =
        new Echo(
            origin.requestId(null, filter),
            null,
            null,
            null,
            null,
            null,
            Map.of(),
            origin.traceparent(filter),
            origin.tracestate(filter));
    return origin.invalid(origin.recordTimestamp(), echo, ResultError.MALFORMED_REQUEST, why);
  }

  private Request judge(Origin origin, Parsed.Fields fields) {
    FieldValidator validator = new FieldValidator(fields);
    validator.require(RequestField.API_SECUREKEY);
    String key = validator.hex(RequestField.API_SECUREKEY, MIN_KEY_DIGITS, MAX_DIGITS);
    String token = validator.hex(RequestField.API_TOKEN, 1, MAX_DIGITS);
    Instant requestedAt = validator.time(RequestField.REQUESTED_AT);
    Instant notAfter = validator.time(RequestField.NOT_AFTER);
    String named = validator.text(RequestField.ACCOUNT, MAX_ACCOUNT_CHARS);
    boolean unnamed = fields.texts().get(RequestField.ACCOUNT) == null;
    String account = unnamed ? defaultAccount : named;
    List<String> secrets = Stream.of(key, token).filter(Objects::nonNull).toList();
    EchoFilter filter = EchoFilter.forSecretsOf(fields, secrets);
    Echo echo = echo(origin, validator, filter, key, account, requestedAt);
    // A time that is not fit to be repeated is not fit to be kept.
    Instant agedFrom =
        requestedAt == null || echo.requestedAt() == null ? origin.recordTimestamp() : requestedAt;
    if (key == null || !validator.problems().isEmpty()) {
      String why = String.join("; ", validator.problems());
      return origin.invalid(agedFrom, echo, ResultError.MALFORMED_REQUEST, why);
    }
    String trouble = token == null ? accountTrouble(account, echo) : null;
    return trouble == null
        ? origin.valid(agedFrom, echo, key, token, notAfter)
        : origin.invalid(agedFrom, echo, ResultError.UNKNOWN_ACCOUNT, trouble);
  }

  private Echo echo(
      Origin origin,
      FieldValidator validator,
      EchoFilter filter,
      @Nullable String key,
      @Nullable String account,
      @Nullable Instant requestedAt) {
    return new Echo(
        origin.requestId(validator.printable(RequestField.REQUEST_ID, Origin.MAX_ID_CHARS), filter),
        key == null ? null : fingerprints.of(Secret.of(key)),
        filter.id(account),
        filter.masked(validator.text(RequestField.REASON, MAX_TEXT_CHARS)),
        filter.masked(validator.text(RequestField.REQUESTED_BY, MAX_TEXT_CHARS)),
        requestedAt == null ? null : filter.time(validator.text(RequestField.REQUESTED_AT)),
        filter.masked(validator.labels()),
        origin.traceparent(filter),
        origin.tracestate(filter));
  }

  /** Why this account can't give a session, or null. */
  private @Nullable String accountTrouble(@Nullable String account, Echo echo) {
    if (account == null) {
      return "no account is named, and there is no default.account";
    }
    if (!accounts.contains(account)) {
      return "the account is not configured";
    }
    // A configured name that holds the request's key: neither could the result name it.
    return echo.account() == null ? "the account holds a secret of the request" : null;
  }
}
