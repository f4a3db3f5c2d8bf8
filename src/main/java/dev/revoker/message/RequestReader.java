package dev.revoker.message;

import dev.revoker.message.RequestJson.Field;
import dev.revoker.model.Request;
import dev.revoker.model.Request.Echo;
import dev.revoker.model.ResultError;
import dev.revoker.model.Secret;
import dev.revoker.model.Source;
import java.time.Instant;
import java.util.ArrayList;
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
 *   <li>The value is a JSON object in strict UTF-8, at most {@link #MAX_VALUE_BYTES} long and
 *       nested at most 500 levels deep, each name unique in its object. The five bytes of a schema
 *       registry may precede it, and a byte order mark may precede or follow them.
 *   <li>With the content type {@code application/cloudevents+json} the object is a CloudEvent, and
 *       its {@code data} is the request.
 *   <li>Unknown fields are ignored, whatever their value. JSON's null counts as absent.
 *   <li>Lengths count Unicode code points. An {@code api_token} has 1 to 256 hex digits.
 *   <li>The request id is the first that is 1 to 128 printable ASCII characters of {@code
 *       request_id}, the CloudEvent's {@code id}, and the header {@code ce_id}; else the source.
 *       The record's key is never used.
 *   <li>A {@link Request.Valid} without an {@code api_token} of its own has a configured account in
 *       its echo, or none if any account may remove the key.
 * </ul>
 *
 * <p>The echo holds what is known and valid by itself, and nothing of a value that is not valid
 * JSON. It holds no secret of the request, nor a mistyped one, in any case or encoding: in {@code
 * reason}, {@code requested_by} and {@code labels} {@code ***} replaces it; another text that holds
 * one is dropped. No error's comment quotes the content.
 *
 * <p>Immutable, safe on any thread.
 */
public final class RequestReader {
  /** A longer value is rejected unread. */
  public static final int MAX_VALUE_BYTES = 65_536;

  /** The {@code default.account} that means every account, in order. */
  public static final String ANY_ACCOUNT = "any";

  private static final int MIN_KEY_DIGITS = 8;
  private static final int MAX_DIGITS = 256;
  private static final int MAX_TEXT_CHARS = 256;
  private static final int MAX_ACCOUNT_CHARS = 64;

  private final Set<String> accounts;
  private final @Nullable String defaultAccount;
  private final Fingerprints fingerprints;
  private final Decryption decryption;
  private final boolean dropsHexRuns;

  /** The headers of a record. */
  @FunctionalInterface
  public interface Headers {
    /** The value of the last header of this name, or null. */
    byte @Nullable [] last(String name);
  }

  /**
   * @param accounts the names of the configured accounts
   * @param defaultAccount for requests that name none; null if there is none
   * @param decryption of the encrypted keys and tokens
   */
  public RequestReader(
      Set<String> accounts,
      @Nullable String defaultAccount,
      Fingerprints fingerprints,
      Decryption decryption) {
    this(accounts, defaultAccount, fingerprints, decryption, true);
  }

  private RequestReader(
      Set<String> accounts,
      @Nullable String defaultAccount,
      Fingerprints fingerprints,
      Decryption decryption,
      boolean dropsHexRuns) {
    this.dropsHexRuns = dropsHexRuns;
    this.accounts = Set.copyOf(accounts);
    this.defaultAccount = defaultAccount;
    this.fingerprints = fingerprints;
    this.decryption = decryption;
  }

  /** Without keys for decryption. */
  public RequestReader(
      Set<String> accounts, @Nullable String defaultAccount, Fingerprints fingerprints) {
    this(accounts, defaultAccount, fingerprints, Decryption.NONE);
  }

  /**
   * The same, but its echo keeps long runs of hex digits where a JWE cannot be decrypted, as that
   * of a reader with the private key does. For comparisons: what it echoes may be a secret.
   */
  public RequestReader keepingHexRuns() {
    return new RequestReader(accounts, defaultAccount, fingerprints, decryption, false);
  }

  /**
   * Reads one record.
   *
   * @param value the record's value; null for a tombstone
   * @param recordTimestamp what its age is measured from if it has no valid requested_at
   * @param receivedAt now
   */
  public Request read(
      Source source,
      String lane,
      byte @Nullable [] value,
      Headers headers,
      Instant recordTimestamp,
      Instant receivedAt) {
    RequestRecord record = new RequestRecord(source, lane, headers, recordTimestamp, receivedAt);
    if (value == null) {
      return unread(record, new byte[0], null, "the value is null, a tombstone");
    }
    if (value.length > MAX_VALUE_BYTES) {
      return unread(record, value, null, "the value is longer than " + MAX_VALUE_BYTES + " bytes");
    }
    RequestJson.Parsed parsed = RequestJson.parse(value, record.isCloudEvent());
    String eventId =
        parsed.eventId() != null && Text.isPrintable(parsed.eventId(), RequestRecord.MAX_ID_CHARS)
            ? parsed.eventId()
            : null;
    return switch (parsed) {
      case RequestJson.Broken broken -> unread(record, value, eventId, broken.why());
      case RequestJson.Fields fields -> validate(record, fields, eventId);
    };
  }

  private static Request unread(
      RequestRecord record, byte[] value, @Nullable String eventId, String why) {
    List<String> echoed = new ArrayList<>(record.echoedHeaders());
    if (eventId != null) {
      echoed.add(eventId);
    }
    EchoFilter filter = EchoFilter.forUnparsed(echoed, value);
    Echo echo =
        new Echo(
            record.requestId(filter, eventId),
            null,
            null,
            null,
            null,
            null,
            Map.of(),
            record.traceparent(filter),
            record.tracestate(filter));
    return record.invalid(record.recordTimestamp(), echo, ResultError.MALFORMED_REQUEST, why);
  }

  private Request validate(
      RequestRecord record, RequestJson.Fields fields, @Nullable String eventId) {
    FieldValidator validator = new FieldValidator(fields);
    SecretField keyField = secret(validator, Field.API_SECUREKEY, MIN_KEY_DIGITS);
    SecretField tokenField = secret(validator, Field.API_TOKEN, 1);
    if (!validator.has(Field.API_SECUREKEY) && !validator.has(Field.API_SECUREKEY_JWE)) {
      validator.add(Field.API_SECUREKEY, "is required");
    }
    String key = keyField.valid();
    String token = tokenField.valid();
    EchoFilter known =
        EchoFilter.forSecretsOf(
            fields,
            Stream.of(key, token, keyField.decrypted(), tokenField.decrypted())
                .filter(Objects::nonNull)
                .toList());
    boolean isUndecrypted = keyField.isUndecrypted() || tokenField.isUndecrypted();
    EchoFilter filter = isUndecrypted && dropsHexRuns ? known.withoutHexRuns() : known;
    Instant requestedAt = validator.time(Field.REQUESTED_AT);
    Instant notAfter = validator.time(Field.NOT_AFTER);
    String username = validator.text(Field.USERNAME, MAX_TEXT_CHARS);
    if (username != null && known.id(username) == null) {
      validator.add(Field.USERNAME, "holds a secret of the request");
    }
    String named = validator.text(Field.ACCOUNT, MAX_ACCOUNT_CHARS);
    boolean isNamed = validator.text(Field.ACCOUNT) != null;
    boolean isAny = !isNamed && ANY_ACCOUNT.equals(defaultAccount);
    String account = isNamed ? named : isAny ? null : defaultAccount;
    Echo echo =
        new Echo(
            record.requestId(
                filter, validator.printable(Field.REQUEST_ID, RequestRecord.MAX_ID_CHARS), eventId),
            key == null ? null : fingerprints.of(Secret.of(key)),
            filter.id(account),
            filter.masked(validator.text(Field.REASON, MAX_TEXT_CHARS)),
            filter.masked(validator.text(Field.REQUESTED_BY, MAX_TEXT_CHARS)),
            requestedAt == null ? null : filter.time(validator.text(Field.REQUESTED_AT)),
            filter.masked(validator.labels()),
            record.traceparent(filter),
            record.tracestate(filter));
    // A time that must not be repeated must not be used either.
    Instant agedFrom =
        requestedAt == null || echo.requestedAt() == null ? record.recordTimestamp() : requestedAt;
    if (!validator.problems().isEmpty()) {
      String why = String.join("; ", validator.problems());
      return record.invalid(agedFrom, echo, ResultError.MALFORMED_REQUEST, why);
    }
    String unknownKey =
        keyField.unknownKey() == null ? tokenField.unknownKey() : keyField.unknownKey();
    if (key == null || unknownKey != null) {
      return record.invalid(
          agedFrom, echo, ResultError.UNKNOWN_ENCRYPTION_KEY, String.valueOf(unknownKey));
    }
    String problem = token != null || isAny ? null : accountProblem(account, echo);
    if (problem != null) {
      return record.invalid(agedFrom, echo, ResultError.UNKNOWN_ACCOUNT, problem);
    }
    return new Request.Valid(
        record.source(),
        record.lane(),
        record.receivedAt(),
        agedFrom,
        echo,
        Secret.of(key),
        username,
        token == null ? null : Secret.of(token),
        notAfter);
  }

  /**
   * A key or token, in clear or encrypted.
   *
   * @param valid its digits; null if it is absent or not valid
   * @param decrypted what its JWE holds, valid or not; null if it is too short to be a secret
   * @param isUndecrypted whether there is a JWE that could not be decrypted
   * @param unknownKey the complaint about a JWE whose key this worker does not have
   */
  private record SecretField(
      @Nullable String valid,
      @Nullable String decrypted,
      boolean isUndecrypted,
      @Nullable String unknownKey) {
    /** Prints no secret. */
    @Override
    public String toString() {
      return "SecretField";
    }
  }

  private SecretField secret(FieldValidator validator, Field clear, int minDigits) {
    Field encrypted = clear.encrypted();
    String valid = validator.hex(clear, minDigits, MAX_DIGITS);
    if (validator.has(clear) && validator.has(encrypted)) {
      validator.add(clear, "and " + encrypted.wireName() + " exclude each other");
    } else if (validator.has(clear) && decryption.isRequired()) {
      validator.add(
          clear, "must not be sent in the clear here; encrypt it as " + encrypted.wireName());
    }
    String jwe = validator.text(encrypted);
    if (jwe == null) {
      return new SecretField(valid, null, false, null);
    }
    return switch (decryption.decrypt(jwe)) {
      case Decryption.Undecrypted(String why, boolean isKeyUnknown) -> {
        if (!isKeyUnknown) {
          validator.add(encrypted, why);
        }
        yield new SecretField(
            valid, null, true, isKeyUnknown ? encrypted.wireName() + " " + why : null);
      }
      case Decryption.Plaintext(String text) -> {
        boolean isHex = Text.isHex(text, minDigits, MAX_DIGITS);
        if (!isHex) {
          validator.add(encrypted, "must hold " + minDigits + " to " + MAX_DIGITS + " hex digits");
        }
        boolean mayBeSecret = text.length() >= MIN_KEY_DIGITS;
        yield new SecretField(
            valid != null || !isHex ? valid : text, mayBeSecret ? text : null, false, null);
      }
    };
  }

  /** Why this account cannot be used, or null. */
  private @Nullable String accountProblem(@Nullable String account, Echo echo) {
    if (account == null) {
      return "no account is named, and there is no default.account";
    }
    if (!accounts.contains(account)) {
      return "the account is not configured";
    }
    // A configured name that holds the request's key: the result could not name the account.
    return echo.account() == null ? "the account holds a secret of the request" : null;
  }
}
