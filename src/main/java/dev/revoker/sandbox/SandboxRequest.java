package dev.revoker.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.NameValuePair;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.net.WWWFormCodec;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A request to the sandbox, read completely. It may hold secrets, so it prints none of them. */
final class SandboxRequest {
  private static final int MAX_BODY_BYTES = 1024 * 1024;
  private static final JsonMapper JSON = JsonMapper.shared();

  private final ClassicHttpRequest head;
  private final String path;
  private final String body;
  private final Map<String, String> parameters = new HashMap<>();

  private SandboxRequest(ClassicHttpRequest head, String path, String body) {
    this.head = head;
    this.path = path;
    this.body = body;
  }

  /** Reads the body and decodes the parameters of the query, of a form and of a JSON object. */
  static SandboxRequest read(ClassicHttpRequest head) throws IOException, ProtocolException {
    String target = head.getPath();
    int question = target.indexOf('?');
    SandboxRequest request =
        new SandboxRequest(head, question < 0 ? target : target.substring(0, question), body(head));
    if (question >= 0) {
      request.decode(target.substring(question + 1));
    }
    String header = request.header(HttpHeaders.CONTENT_TYPE);
    String type = header == null ? "" : header.toLowerCase(Locale.ROOT);
    if (type.startsWith("application/json")) {
      // The vendor's current clients.
      request.decodeJson();
    } else if (type.isEmpty() || type.startsWith("application/x-www-form-urlencoded")) {
      // The vendor's older clients send forms without a Content-Type.
      request.decode(request.body);
    }
    return request;
  }

  String method() {
    return head.getMethod();
  }

  String path() {
    return path;
  }

  String body() {
    return body;
  }

  /** The parameter's first value, or null if it is missing or empty. */
  @Nullable String parameter(String name) {
    return parameters.get(name);
  }

  /** The parameter, else the header, or null if both are missing or empty. */
  @Nullable String parameterOrHeader(String parameter, String header) {
    String value = parameter(parameter);
    return value == null ? header(header) : value;
  }

  @Override
  public String toString() {
    return method() + " " + path;
  }

  private @Nullable String header(String name) {
    Header header = head.getFirstHeader(name);
    return header == null || header.getValue().isEmpty() ? null : header.getValue();
  }

  private void decode(String form) {
    for (NameValuePair pair : WWWFormCodec.parse(form, UTF_8)) {
      if (pair.getValue() != null && !pair.getValue().isEmpty()) {
        parameters.putIfAbsent(pair.getName(), pair.getValue());
      }
    }
  }

  /** What is not an object of texts has no parameters, and the call will miss them. */
  private void decodeJson() {
    try {
      for (Map.Entry<String, JsonNode> field : JSON.readTree(body).properties()) {
        if (field.getValue().isString() && !field.getValue().stringValue().isEmpty()) {
          parameters.putIfAbsent(field.getKey(), field.getValue().stringValue());
        }
      }
    } catch (JacksonException notJson) {
      // Without parameters, as above.
    }
  }

  private static String body(ClassicHttpRequest head) throws IOException, ProtocolException {
    HttpEntity entity = head.getEntity();
    if (entity == null) {
      return "";
    }
    InputStream content = entity.getContent();
    byte[] bytes = content.readNBytes(MAX_BODY_BYTES + 1);
    if (bytes.length > MAX_BODY_BYTES) {
      throw new ProtocolException("The body is longer than %d bytes", MAX_BODY_BYTES);
    }
    return new String(bytes, UTF_8);
  }
}
