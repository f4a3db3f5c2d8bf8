package dev.revoker.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The address of the upstream API. */
final class BaseUrl {
  static final String ALLOWED =
      "an https: URL of a host, optionally with a path (http: only to a loopback host,"
          + " or with api.allow.http=true)";

  private static final String PLAIN_HTTP =
      "must begin with https: because it carries keys and passwords; http: is allowed only to a"
          + " loopback host, or with api.allow.http=true";

  private BaseUrl() {}

  /** Reads {@code api.base.url} and {@code api.allow.http}. The URL has no trailing slash. */
  static URI read(SettingsReader in) {
    boolean allowHttp = in.flag(Keys.API_ALLOW_HTTP);
    String key = Keys.API_BASE_URL.name();
    URI url = parse(in.text(Keys.API_BASE_URL, text -> parse(text) != null));
    Setting setting = in.take(key);
    if (url == null || setting == null || in.problems().has(key, Keys.API_ALLOW_HTTP.name())) {
      return URI.create(Keys.API_BASE_URL.byDefault());
    }
    if (!allowHttp && !url.getScheme().equalsIgnoreCase("https") && !loopback(url.getHost())) {
      in.problems().wrong(setting, PLAIN_HTTP);
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
    String name = host.toLowerCase(Locale.ROOT);
    return name.equals("localhost")
        || name.equals("[::1]")
        || name.equals("[0:0:0:0:0:0:0:1]")
        || name.matches("127(\\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}");
  }
}
