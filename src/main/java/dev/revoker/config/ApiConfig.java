package dev.revoker.config;

import static dev.revoker.config.SettingsReader.HOUR_MS;

import dev.revoker.model.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

/**
 * How the upstream API is reached.
 *
 * @param baseUrl without a slash at the end
 * @param proxy what every call goes through; null for none
 * @param tls Kafka's {@code ssl.*} settings for {@link TlsContext}; empty for the JVM's own trust
 */
public record ApiConfig(
    URI baseUrl,
    long connectTimeoutMs,
    long requestTimeoutMs,
    @Nullable Proxy proxy,
    Map<String, Object> tls) {
  /**
   * An HTTP proxy.
   *
   * @param host an IPv6 address has no brackets
   * @param username null if the proxy needs no authentication
   */
  public record Proxy(
      String host, int port, @Nullable String username, @Nullable Secret password) {}

  /** Without a proxy, with the JVM's own trust. */
  public ApiConfig(URI baseUrl, long connectTimeoutMs, long requestTimeoutMs) {
    this(baseUrl, connectTimeoutMs, requestTimeoutMs, null, Map.of());
  }

  static final String BASE_URL_ALLOWED =
      "an https: URL of a host, optionally with a path (http: only to a loopback host,"
          + " or with api.allow.http=true)";

  private static final String PROXY = "api.proxy";
  private static final String SSL = "api.ssl.";
  private static final String BASE_URL = "api.base.url";
  private static final String ALLOW_HTTP = "api.allow.http";
  private static final String REQUEST_TIMEOUT = "api.request.timeout.ms";

  static ApiConfig read(SettingsReader in) {
    URI baseUrl = baseUrl(in);
    long requestMs = in.whole(REQUEST_TIMEOUT, 10_000, 1, HOUR_MS);
    long connectMs =
        in.atMost(REQUEST_TIMEOUT, requestMs, "api.connect.timeout.ms", 5_000, HOUR_MS);
    return new ApiConfig(baseUrl, connectMs, requestMs, proxy(in), tls(in, baseUrl));
  }

  /** Whether the key is of no use to commands that do not call the API. */
  static boolean owns(String key) {
    return key.startsWith(PROXY) || key.startsWith(SSL);
  }

  private static @Nullable Proxy proxy(SettingsReader in) {
    Config.Listen address =
        in.parsed(PROXY, "http://HOST:PORT, without a path", ApiConfig::proxyAddress);
    String username =
        in.optional(
            PROXY + ".username",
            "printable ASCII without a colon",
            t -> t.matches("[ -~&&[^:]]{1,255}"));
    String password =
        in.optional(PROXY + ".password", "printable ASCII", t -> t.matches("[ -~]{1,255}"));
    needs(in, PROXY + ".username", PROXY, PROXY + ".password");
    needs(in, PROXY + ".password", PROXY + ".username");
    return address == null
        ? null
        : new Proxy(
            address.host(),
            address.port(),
            username,
            password == null ? null : Secret.of(password));
  }

  private static Config.@Nullable Listen proxyAddress(String url) {
    Config.Listen address =
        url.startsWith("http://")
            ? Config.Listen.parse(url.substring("http://".length()).replaceFirst("/$", ""))
            : null;
    return address == null || address.port() == 0 ? null : address;
  }

  /** Kafka's settings; loads the stores to find mistakes if there are no others. */
  private static Map<String, Object> tls(SettingsReader in, URI baseUrl) {
    Map<String, Object> settings = new TreeMap<>();
    String stored = "the path of a file";
    for (String store : List.of("truststore", "keystore")) {
      String location = SSL + store + ".location";
      put(settings, location, in.optional(location, stored, text -> true), false);
      String password = SSL + store + ".password";
      put(settings, password, in.optional(password, "the password of the file", t -> true), true);
      String type = SSL + store + ".type";
      String value = in.text(type, "JKS", "JKS, PKCS12 or PEM", t -> t.matches("JKS|PKCS12|PEM"));
      put(settings, type, in.has(type) ? value : null, false);
      needs(in, password, location);
      needs(in, type, location);
    }
    String key = SSL + "key.password";
    put(settings, key, in.optional(key, "the password of the private key", t -> true), true);
    needs(in, key, SSL + "keystore.location");
    if (!settings.isEmpty() && !baseUrl.getScheme().equalsIgnoreCase("https")) {
      in.warn(BASE_URL, "is http:, so the api.ssl.* settings have no effect");
    }
    if (!settings.isEmpty() && in.problems().isEmpty()) {
      String mistake = KafkaSecurity.storeMistake(settings);
      if (mistake != null) {
        in.wrong(String.join(", ", in.keys(name -> name.startsWith(SSL))), mistake);
      }
    }
    return Map.copyOf(settings);
  }

  private static void put(
      Map<String, Object> settings, String key, @Nullable String value, boolean secret) {
    if (value != null) {
      settings.put(key.substring("api.".length()), secret ? new Password(value) : value);
    }
  }

  private static void needs(SettingsReader in, String key, String... others) {
    for (String other : others) {
      if (in.has(key) && !in.has(other) && !in.blamed(key)) {
        in.wrong(key, "needs " + other);
      }
    }
  }

  private static URI baseUrl(SettingsReader in) {
    String byDefault = "https://api.cielo24.com";
    URI url =
        in.read(BASE_URL, BASE_URL_ALLOWED, byDefault, URI.create(byDefault), ApiConfig::parse);
    boolean allowHttp = in.flag(ALLOW_HTTP, false) || in.blamed(ALLOW_HTTP);
    Setting setting = in.take(BASE_URL);
    if (setting != null
        && !allowHttp
        && !url.getScheme().equalsIgnoreCase("https")
        && !loopback(url.getHost())) {
      in.wrong(
          setting,
          "must begin with https: because it carries keys and passwords; http: is allowed only to"
              + " a loopback host, or with api.allow.http=true");
    }
    return url;
  }

  private static @Nullable URI parse(String text) {
    try {
      URI url = new URI(text.replaceFirst("/+$", ""));
      String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
      boolean fits =
          (scheme.equals("https") || scheme.equals("http"))
              && url.getHost() != null
              && url.getPort() != 0
              && url.getPort() <= 65_535
              && url.getRawUserInfo() == null
              && url.getRawQuery() == null
              && url.getRawFragment() == null;
      return fits ? url : null;
    } catch (URISyntaxException e) {
      return null;
    }
  }

  /** Whether the host is always this machine. Other names count as remote: DNS may change. */
  private static boolean loopback(String host) {
    return host.toLowerCase(Locale.ROOT)
        .matches(
            "localhost|\\[(::1|0:0:0:0:0:0:0:1)\\]"
                + "|127(\\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}");
  }
}
