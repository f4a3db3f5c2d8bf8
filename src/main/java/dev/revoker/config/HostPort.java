package dev.revoker.config;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses {@code HOST:PORT}, with an IPv6 address in brackets. Does not resolve names. */
final class HostPort {
  static final String ALLOWED = "HOST:PORT, as 0.0.0.0:9464 or [::1]:9464; port 0 takes a free one";

  private static final String HOST = "[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252})";
  private static final String IPV6 = "\\[[0-9A-Fa-f:.]{2,45}(?:%[A-Za-z0-9._-]+)?\\]";
  private static final Pattern ADDRESS =
      Pattern.compile(String.format(Locale.ROOT, "(%s|%s):([0-9]{1,5})", HOST, IPV6));

  private HostPort() {}

  /** The address, without the brackets of IPv6; null if the text is not an address. */
  static Config.@Nullable Listen parse(String text) {
    Matcher matcher = ADDRESS.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    String host = matcher.group(1);
    int port = Integer.parseInt(matcher.group(2));
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    return port > 65_535 ? null : new Config.Listen(bare, port);
  }

  /** Whether the text is a list of brokers; each may begin with a protocol, as Kafka allows. */
  static boolean brokers(String text) {
    for (String broker : text.split(",", -1)) {
      Config.Listen address = parse(broker.strip().replaceFirst("^[A-Za-z_]+://", ""));
      if (address == null || address.port() == 0) {
        return false;
      }
    }
    return true;
  }
}
