package dev.revoker.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.revoker.hostile.HostileRecord.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/** Generates records of every hostile kind. The same random numbers give the same records. */
public final class HostileRecordGenerator {
  /** A record of this size is still accepted by a broker with default settings. */
  private static final int NEARLY_ONE_MEGABYTE = 1_000_000;

  private static final int LONGEST_VALUE = 65_536;
  private static final int MOST_LABELS = 16;
  private static final int LONGEST_LABEL = 256;

  private static final List<String> YEARS =
      List.of(
          "0000-01-01T00:00:00Z",
          "0001-01-01T00:00:00Z",
          "1601-01-01T00:00:00Z",
          "1677-09-21T00:12:43.145224192Z",
          "2262-04-11T23:47:16.854775808Z",
          "9999-12-31T23:59:59.999999999Z");

  private static final List<Long> TIMESTAMPS =
      List.of(-1_000_000_000_000_000L, Long.MIN_VALUE, -2L, -1L, 0L, Long.MAX_VALUE);

  private final RandomGenerator random;
  private final String account;
  private final Supplier<String> keys;
  private final Supplier<@Nullable String> victims;

  /**
   * @param account that the requests name
   * @param keys returns a new key, in hex digits
   * @param victims returns another request's id, or null while there is none
   */
  public HostileRecordGenerator(
      RandomGenerator random,
      String account,
      Supplier<String> keys,
      Supplier<@Nullable String> victims) {
    this.random = random;
    this.account = account;
    this.keys = keys;
    this.victims = victims;
  }

  /** One of any kind. */
  public HostileRecord next() {
    Kind[] kinds = Kind.values();
    return of(kinds[random.nextInt(kinds.length)]);
  }

  /** One of this kind. */
  public HostileRecord of(Kind kind) {
    String key = keys.get();
    return switch (kind) {
      case REQUESTED_AT -> requestedAt(key);
      case TIMESTAMP ->
          new HostileRecord(kind, utf8(object(key, "")), List.of(), pick(TIMESTAMPS), key, true);
      case LARGEST -> valid(kind, key, padded(key, LONGEST_VALUE));
      case TOO_LARGE ->
          rejected(
              kind,
              key,
              padded(
                  key,
                  random.nextBoolean()
                      ? LONGEST_VALUE + 1
                      : random.nextInt(LONGEST_VALUE + 1, NEARLY_ONE_MEGABYTE)));
      case LARGEST_LABELS -> valid(kind, key, object(key, labels(key, MOST_LABELS)));
      case TOO_MANY_LABELS -> rejected(kind, key, object(key, labels(key, MOST_LABELS + 1)));
      case SLOW_REDACTION -> slow(key);
      case COPIED_ID -> copiedId(key);
      case COPIED_LABELS ->
          valid(
              kind,
              key,
              object(
                  key,
                  ",\"labels\":{\"batch\":\"b\",\"row\":\""
                      + pick(List.of("1/1", "2147483000/2147483001", "-1/0", "x"))
                      + "\"}"));
      case JUNK_EVENT -> junkEvent(key);
      case TOMBSTONE ->
          new HostileRecord(
              kind, null, List.of(header("ce_id", utf8(victim()))), null, null, false);
      case HEADERS -> headers(key);
      case ECHOED_KEY -> echoedKey(key);
      case DEEP_JSON -> deepJson(key);
    };
  }

  private HostileRecord requestedAt(String key) {
    String time =
        ",\"requested_at\":\"" + pick(YEARS) + "\",\"not_after\":\"9999-12-31T23:59:59Z\"";
    // A request that is rejected has an age, too.
    return random.nextInt(3) == 0
        ? rejected(Kind.REQUESTED_AT, key, object(key, time + ",\"reason\":17"))
        : valid(Kind.REQUESTED_AT, key, object(key, time));
  }

  /** As in the attack that led to the limits of labels, or the maximum within the limits. */
  private HostileRecord slow(String key) {
    String zeros = "0".repeat(256 - key.length()) + key;
    if (random.nextBoolean()) {
      String nested = "0".repeat(30_000) + ("%" + "25".repeat(7) + "30").repeat(1_700);
      return rejected(
          Kind.SLOW_REDACTION, zeros, object(zeros, ",\"labels\":{\"x\":\"" + nested + "\"}"));
    }
    StringBuilder labels = new StringBuilder(",\"labels\":{");
    for (int i = 0; i < MOST_LABELS; i++) {
      String escapes = "%252530".repeat(36);
      labels.append(i > 0 ? "," : "").append("\"").append(i).append(escapes).append("\":\"");
      labels.append("0".repeat(LONGEST_LABEL)).append("\"");
    }
    return valid(Kind.SLOW_REDACTION, zeros, object(zeros, labels.append("}").toString()));
  }

  private HostileRecord copiedId(String key) {
    String id = victim();
    return random.nextBoolean()
        ? valid(Kind.COPIED_ID, key, object(key, ",\"request_id\":\"" + id + "\""))
        : new HostileRecord(
            Kind.COPIED_ID,
            utf8(object(key, "")),
            List.of(header("ce_id", utf8(id))),
            null,
            key,
            true);
  }

  private HostileRecord junkEvent(String key) {
    List<Header> event =
        List.of(
            header("ce_specversion", utf8("1.0")),
            header("ce_id", utf8("b/1")),
            header("ce_type", utf8("dev.revoker.revocation.succeeded")),
            header("content-type", utf8("application/cloudevents+json")));
    byte[] junk = new byte[random.nextInt(2_000)];
    random.nextBytes(junk);
    byte[] value = random.nextBoolean() ? junk : utf8("junk " + key + " and \"" + key);
    return new HostileRecord(Kind.JUNK_EVENT, value, event, null, key, false);
  }

  private HostileRecord headers(String key) {
    List<Header> headers = new ArrayList<>();
    for (String name : List.of("ce_id", "traceparent", "tracestate", "content-type", "x")) {
      int copies = random.nextInt(3);
      for (int i = 0; i < copies; i++) {
        headers.add(header(name, headerValue()));
      }
    }
    return new HostileRecord(Kind.HEADERS, utf8(object(key, "")), headers, null, key, true);
  }

  private byte @Nullable [] headerValue() {
    return switch (random.nextInt(4)) {
      case 0 -> null;
      case 1 -> new byte[0];
      case 2 -> "0".repeat(60_000).getBytes(UTF_8);
      default -> new byte[] {(byte) 0xff, 0, '\n', (byte) 0x80};
    };
  }

  private HostileRecord echoedKey(String key) {
    String other = random.nextBoolean() ? key : key.toUpperCase(Locale.ROOT);
    String traceId = (other + other + "0".repeat(32)).substring(0, 32).toLowerCase(Locale.ROOT);
    List<Header> headers =
        List.of(
            header("traceparent", utf8("00-" + traceId + "-00f067aa0ba902b7-01")),
            header("tracestate", utf8("a=" + other)),
            header("ce_id", utf8(other)));
    String fields =
        ",\"request_id\":\"%s\",\"reason\":\"leaked: %s.\",\"requested_by\":\"%s\",\"labels\":{\"%s\":\"%s\"}"
            .formatted(other, other, other, other, other);
    return new HostileRecord(Kind.ECHOED_KEY, utf8(object(key, fields)), headers, null, key, true);
  }

  private HostileRecord deepJson(String key) {
    return switch (random.nextInt(3)) {
      case 0 ->
          rejected(
              Kind.DEEP_JSON,
              key,
              object(key, ",\"x\":" + "[".repeat(30_000) + "]".repeat(30_000)));
      case 1 -> rejected(Kind.DEEP_JSON, null, "[".repeat(LONGEST_VALUE));
      default -> valid(Kind.DEEP_JSON, key, object(key, ",\"x\":{\"y\":[1e9,-0.0,true,null]}"));
    };
  }

  private String victim() {
    String id = victims.get();
    return id == null ? "somebody-else" : id;
  }

  private String object(String key, String moreFields) {
    return "{\"api_securekey\":\"%s\",\"account\":\"%s\"%s}".formatted(key, account, moreFields);
  }

  /** An object of exactly this many bytes. */
  private String padded(String key, int bytes) {
    String empty = object(key, ",\"x\":\"\"");
    return object(key, ",\"x\":\"" + "0".repeat(bytes - empty.length()) + "\"");
  }

  /** Labels of the longest names and values. One name holds the key. */
  private String labels(String key, int count) {
    StringBuilder labels = new StringBuilder(",\"labels\":{");
    for (int i = 0; i < count; i++) {
      String name = (i == 0 ? key : "l" + i) + "\ud83d\udd11";
      int filling = LONGEST_LABEL - name.codePointCount(0, name.length());
      labels.append(i > 0 ? "," : "").append('"').append(name).append("f".repeat(filling));
      labels.append("\":\"").append("\ud83d\udd11".repeat(LONGEST_LABEL)).append('"');
    }
    return labels.append('}').toString();
  }

  private static HostileRecord valid(Kind kind, String key, String value) {
    return new HostileRecord(kind, utf8(value), List.of(), null, key, true);
  }

  private static HostileRecord rejected(Kind kind, @Nullable String key, String value) {
    return new HostileRecord(kind, utf8(value), List.of(), null, key, false);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }

  private static Header header(String name, byte @Nullable [] value) {
    return new RecordHeader(name, value);
  }

  private <T> T pick(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }
}
