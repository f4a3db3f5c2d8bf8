package dev.revoker.api;

import dev.revoker.config.ApiConfig;
import dev.revoker.model.Credentials;
import dev.revoker.model.Secret;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes calls as HTTP/1.1 requests. Their bytes hold secrets and go to the socket only. */
final class RequestEncoder {
  private static final String PATH = "/api/account/";

  private final String basePath;
  private final String commonHeaders;

  RequestEncoder(ApiConfig config, String version) {
    URI baseUrl = config.baseUrl();
    String host = baseUrl.getHost() + (baseUrl.getPort() < 0 ? "" : ":" + baseUrl.getPort());
    String path = baseUrl.getRawPath() == null ? "" : baseUrl.getRawPath();
    boolean viaProxy = config.proxy() != null && baseUrl.getScheme().equalsIgnoreCase("http");
    basePath = "GET " + (viaProxy ? "http://" + host : "") + path + PATH;
    commonHeaders =
        String.format(
                    Locale.ROOT,
                    """
                     HTTP/1.1
                    Host: %s
                    User-Agent: revoker/%s
                    Accept: application/json
                    Accept-Encoding: identity
                    """,
                    host,
                    version)
                .replace("\n", "\r\n")
            + (viaProxy ? proxyAuthorization(config.proxy()) : "");
  }

  /** The header with the proxy's credentials; nothing if it needs none. */
  static String proxyAuthorization(ApiConfig.@Nullable Proxy proxy) {
    Secret password = proxy == null ? null : proxy.password();
    if (proxy == null || password == null) {
      return "";
    }
    byte[] credentials =
        (proxy.username() + ":" + password.reveal()).getBytes(StandardCharsets.UTF_8);
    return "Proxy-Authorization: Basic " + Base64.getEncoder().encodeToString(credentials) + "\r\n";
  }

  /** Why the call cannot be written down faithfully; null if it can. Names no value. */
  static @Nullable String refusal(ApiCall call) {
    if (!(call instanceof ApiCall.Login login)) {
      return null;
    }
    return switch (login.credentials()) {
      case Credentials.Password c -> refusal(c.username(), c.password());
      case Credentials.SecureKey c -> refusal(c.username(), c.securekey());
      case Credentials.ApiToken c -> "a session that is given needs no login";
    };
  }

  private static @Nullable String refusal(String username, Secret secret) {
    if (!fitsHeader(username)) {
      return "the username holds what no HTTP header can carry";
    }
    return fitsHeader(secret.reveal())
        ? null
        : "the password or key holds what no HTTP header can carry";
  }

  /**
   * Control characters would end the header, blanks at the ends are cut off by the receiver, and
   * half a surrogate pair has no bytes.
   */
  private static boolean fitsHeader(String value) {
    return value.chars().noneMatch(Character::isISOControl)
        && value.strip().length() == value.length()
        && StandardCharsets.UTF_8.newEncoder().canEncode(value);
  }

  /** The whole request. The call must have no {@link #refusal}. */
  byte[] bytes(ApiCall call) {
    String text =
        switch (call) {
          case ApiCall.RemoveApiKey c ->
              head(
                  String.format(
                      Locale.ROOT,
                      "remove_api_key?v=1&api_token=%s&api_securekey=%s",
                      encoded(c.apiToken()),
                      encoded(c.apiSecurekey())),
                  "");
          case ApiCall.Logout c -> head("logout?v=1&api_token=" + encoded(c.apiToken()), "");
          case ApiCall.Login c -> head("login?v=1", credentials(c.credentials()));
        };
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private String head(String query, String headers) {
    return basePath + query + commonHeaders + headers + "\r\n";
  }

  private static String credentials(Credentials credentials) {
    return switch (credentials) {
      case Credentials.Password c -> headers(c.username(), "x-auth-password", c.password());
      case Credentials.SecureKey c -> headers(c.username(), "x-auth-securekey", c.securekey());
      case Credentials.ApiToken c -> throw new IllegalArgumentException("no login for a token");
    };
  }

  private static String headers(String username, String name, Secret value) {
    return String.format(
        Locale.ROOT, "x-auth-user: %s\r\n%s: %s\r\n", username, name, value.reveal());
  }

  private static String encoded(Secret value) {
    return URLEncoder.encode(value.reveal(), StandardCharsets.UTF_8);
  }
}
