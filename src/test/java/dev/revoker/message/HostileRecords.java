package dev.revoker.message;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Values of at most 64 KiB, made to cost as much as they can. */
public final class HostileRecords {
  private static final int MAX = RequestReader.MAX_VALUE_BYTES;
  private static final String ZEROS = "0".repeat(255) + "3";
  private static final String RANDOM_KEY =
      new Random(7)
          .ints(256, 0, 16)
          .mapToObj(digit -> Character.toString(Character.forDigit(digit, 16)))
          .collect(Collectors.joining());

  private HostileRecords() {}

  private static String jwe(String header, String ciphertext) {
    String encoded =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(header.getBytes(StandardCharsets.US_ASCII));
    return "{\"api_securekey_jwe\":\"" + encoded + ".AA.AA." + ciphertext + ".AA\"}";
  }

  /** By name. */
  public static Map<String, byte[]> all() {
    Map<String, String> all = new TreeMap<>();
    all.put(
        "zeros in 60 KB of one label",
        request(ZEROS, "\"labels\":{\"a\":\"" + nested(60_000) + "\"}"));
    all.put("zeros in every text", echoed(ZEROS, i -> "0".repeat(250) + i));
    all.put("zeros and nested escapes", echoed(ZEROS, i -> i + nested(250)));
    all.put("zeros escaped twice", echoed(ZEROS, i -> i + "%2530".repeat(50)));
    all.put("zeros as entities", echoed(ZEROS, i -> i + "&amp;#48;".repeat(27)));
    all.put("zeros far apart", echoed(ZEROS, i -> i + "0 - : ".repeat(40)));
    all.put("near matches", echoed(RANDOM_KEY, HostileRecords::nearMatch));
    all.put("base64 everywhere", echoed(RANDOM_KEY, i -> i + "+/QUJDRGVm".repeat(25)));
    all.put("base64 of zeros, almost", echoed(ZEROS, i -> i + "MDAwMDAw/".repeat(27)));
    all.put("base64 escaped twice", echoed(RANDOM_KEY, i -> i + "QUJD%252BRG".repeat(22)));
    all.put("letters beyond the BMP", echoed(RANDOM_KEY, i -> i + "\uD801\uDC00".repeat(250)));
    all.put("digits of another script", echoed(ZEROS, i -> i + "\uFF10".repeat(250)));
    all.put("many unknown fields", request(ZEROS, filled("\"u%x\":0", ",")));
    all.put("unknown fields of one hash", request(ZEROS, colliding()));
    all.put(
        "the same field again at the end", request(ZEROS, filled("\"u%x\":0", ",") + ",\"u0\":1"));
    all.put("many small objects", request(ZEROS, "\"x\":[" + filled("{\"a\":%d}", ",") + "]"));
    all.put(
        "objects of three names",
        request(ZEROS, "\"x\":[" + filled("{\"a\":1,\"b\":1,\"c\":%d}", ",") + "]"));
    all.put("nested 400 deep, again and again", request(ZEROS, "\"x\":[" + towers() + "]"));
    all.put("nested too deep", "[".repeat(MAX - 1));
    all.put("objects nested too deep", "{\"a\":".repeat(10_000));
    all.put("a long number", request(ZEROS, "\"x\":" + "9".repeat(MAX - 400)));
    all.put("a long fraction", request(ZEROS, "\"x\":0." + "9".repeat(MAX - 400) + "e-999"));
    all.put("many numbers", request(ZEROS, "\"x\":[" + filled("%d", ",") + "]"));
    all.put("escapes of JSON", request(ZEROS, "\"x\":\"" + "\\u0030".repeat(10_800) + "\""));
    all.put("a key of escapes", "{\"api_securekey\":\"" + "\\u0030".repeat(10_900) + "\"}");
    all.put("a key of 65,000 digits", "{\"api_securekey\":\"" + "0".repeat(65_000) + "\"}");
    all.put("a key of many keys", "{\"api_securekey\":[" + filled("\"%08x\"", ",") + "]}");
    all.put("hex that is no JSON", "{\"api_securekey\":\"" + "0".repeat(65_000));
    all.put(
        "two billion rounds of PBKDF2",
        jwe(
            "{\"alg\":\"PBES2-HS512+A256KW\",\"enc\":\"A256GCM\",\"kid\":\"k\",\"p2s\":\"AAAAAAAAAAA\","
                + "\"p2c\":2147483647}",
            "AA"));
    all.put(
        "a JWE of 60 KB",
        jwe("{\"alg\":\"ECDH-ES\",\"enc\":\"A256GCM\",\"kid\":\"k\"}", "A".repeat(60_000)));
    all.put("a JWE with a header of arrays", jwe("{\"x\":" + "[".repeat(14_000), "AA"));
    all.put("dots", "{\"api_securekey_jwe\":\"eyJ" + ".".repeat(65_000) + "\"}");
    all.put("whitespace", request(ZEROS, " ".repeat(MAX - 400) + "\"x\":1"));
    all.put(
        "texts and unknown fields", mixed(echoed(RANDOM_KEY, i -> i + "QUJD%252BRG".repeat(22))));
    all.put(
        "letters and unknown fields", mixed(echoed(ZEROS, i -> i + "\uD801\uDC00".repeat(250))));
    all.put("escaped zeros and unknown fields", mixed(echoed(ZEROS, i -> i + nested(250))));
    Map<String, byte[]> values = new TreeMap<>();
    all.forEach((name, text) -> values.put(name, bytes(name, text)));
    byte[] utf8 = new byte[MAX];
    Arrays.fill(utf8, (byte) 'a');
    utf8[MAX - 1] = (byte) 0xff;
    values.put("not UTF-8 at the end", utf8);
    values.put("zero bytes", new byte[MAX]);
    return values;
  }

  /** What costs the most of all: 9 KB to redact, and names to compare. */
  public static byte[] worst() {
    return all().get("texts and unknown fields");
  }

  /** Headers that make the most of each value. */
  public static byte[] header(String name) {
    String text =
        switch (name) {
          case "ce_id" -> "0".repeat(127) + "1";
          case "traceparent" -> "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
          default -> "v=" + "1234567".repeat(72);
        };
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String request(String key, String more) {
    return "{\"api_securekey\":\"" + key + "\"," + more + "}";
  }

  /** The most text that a result repeats. */
  private static String echoed(String key, IntFunction<String> text) {
    String labels =
        IntStream.range(0, 16)
            .mapToObj(i -> '"' + cut("n" + text.apply(i)) + "\":\"" + cut(text.apply(99 - i)) + '"')
            .collect(Collectors.joining(","));
    return request(
        key,
        """
        "api_token":"%s","request_id":"%s","reason":"%s","requested_by":"%s","labels":{%s}\
        """
            .formatted(key, "0".repeat(128), cut(text.apply(98)), cut(text.apply(97)), labels));
  }

  private static String cut(String text) {
    return text.substring(
        0, text.offsetByCodePoints(0, Math.min(256, text.codePointCount(0, text.length()))));
  }

  private static String nested(int length) {
    StringBuilder text = new StringBuilder(length + 100);
    while (text.length() < length - 70) {
      text.append('%').append("25".repeat(20)).append("30").append("0".repeat(20));
    }
    return text.toString();
  }

  private static String nearMatch(int seed) {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder();
    while (text.length() < 250) {
      int from = random.nextInt(RANDOM_KEY.length() - 7);
      text.append(RANDOM_KEY, from, from + 7).append(random.nextBoolean() ? "-" : "");
    }
    return text.toString();
  }

  /** Unknown fields up to the limit behind it. */
  private static String mixed(String request) {
    int room = MAX - 400 - request.getBytes(StandardCharsets.UTF_8).length;
    return request.substring(0, request.length() - 1) + "," + filled("\"u%x\":0", ",", room) + "}";
  }

  private static String filled(String item, String between) {
    return filled(item, between, MAX - 400);
  }

  private static String filled(String item, String between, int length) {
    StringBuilder text = new StringBuilder(MAX);
    for (int i = 0; text.length() < length; i++) {
      text.append(i == 0 ? "" : between).append(String.format(Locale.ROOT, item, i));
    }
    return text.toString();
  }

  /** Strings of Aa and BB have the same hash code. */
  private static String colliding() {
    List<String> names = List.of("");
    while (names.size() < 2_300) {
      names = names.stream().flatMap(name -> Stream.of(name + "Aa", name + "BB")).toList();
    }
    return names.stream()
        .limit(2_250)
        .map(name -> '"' + name + "\":0")
        .collect(Collectors.joining(","));
  }

  private static String towers() {
    String tower = "{\"a\":".repeat(400) + "1" + "}".repeat(400);
    return IntStream.range(0, 26).mapToObj(i -> tower).collect(Collectors.joining(","));
  }

  private static byte[] bytes(String name, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > MAX) {
      throw new AssertionError(name + " has " + bytes.length + " bytes: it would not be read");
    }
    return bytes;
  }
}
