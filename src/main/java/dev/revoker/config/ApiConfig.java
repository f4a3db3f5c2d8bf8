package dev.revoker.config;

import static dev.revoker.config.SettingsReader.HOUR_MS;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How the upstream API is reached.
 *
 * @param baseUrl without a slash at the end
 */
public record ApiConfig(URI baseUrl, long connectTimeoutMs, long requestTimeoutMs) {
  static final String BASE_URL_ALLOWED =
      "an https: URL of a host, optionally with a path (http: only to a loopback host,"
          + " or with api.allow.http=true)";

  private static final String BASE_URL = "api.base.url";
  private static final String ALLOW_HTTP = "api.allow.http";
  private static final String REQUEST_TIMEOUT = "api.request.timeout.ms";

  static ApiConfig read(SettingsReader in) {
    URI baseUrl = baseUrl(in);
    long requestMs = in.whole(REQUEST_TIMEOUT, 10_000, 1, HOUR_MS);
    long connectMs =
        in.atMost(REQUEST_TIMEOUT, requestMs, "api.connect.timeout.ms", 5_000, HOUR_MS);
    return new ApiConfig(baseUrl, connectMs, requestMs);
  }

  private static URI baseUrl(SettingsReader in) {
    String byDefault = "https://api.cielo24.com";
    URI url = parse(in.text(BASE_URL, byDefault, BASE_URL_ALLOWED, t -> parse(t) != null));
    boolean allowHttp = in.flag(ALLOW_HTTP, false);
    Setting setting = in.take(BASE_URL);
    if (url == null || setting == null || in.blamed(BASE_URL, ALLOW_HTTP)) {
      return URI.create(byDefault);
    }
    if (!allowHttp && !url.getScheme().equalsIgnoreCase("https") && !loopback(url.getHost())) {
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
