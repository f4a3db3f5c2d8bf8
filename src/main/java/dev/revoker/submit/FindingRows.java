package dev.revoker.submit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The findings of a secret scanner. Only those of the selected rules become requests, because the
 * secrets of other vendors must not be sent. Where a key was found goes into the request's reason
 * and labels, the scanner's fingerprint into its id. Reads one finding at a time.
 */
final class FindingRows implements Row.Reader {
  /** Without {@code --rule}, rules whose names contain this are selected. */
  private static final String USUAL_RULE = "cielo24";

  private static final int MAX_ID_CHARS = 128;
  private static final int MAX_TEXT_CHARS = 256;
  private static final Pattern HEX = Pattern.compile("\\p{XDigit}{8,256}");
  private static final Pattern KEY_IN_TEXT =
      Pattern.compile("(?<!\\p{XDigit})\\p{XDigit}{32}(?!\\p{XDigit})");
  private static final Pattern REDACTED =
      Pattern.compile("(?i).*(redacted|\\*{3}|\\.{3}|\u2026).*", Pattern.DOTALL);

  private final Scanner scanner;
  private final Set<String> rules;
  private final JsonParser json;

  /** Hashes of the ids so far: eight bytes an id, and what the set needs. */
  private final LongHashSet ids = new LongHashSet();

  private final Set<String> skippedRules = new TreeSet<>();
  private long selected;
  private long skipped;
  private boolean broken;

  /** What reports look like. */
  enum Scanner {
    /** A JSON object for each finding, one after the other. */
    TRUFFLEHOG(""),
    /** An array of findings. */
    GITLEAKS("/\\d+"),
    /** SARIF 2.1.0, from any tool. */
    SARIF("/runs/\\d+/results/\\d+");

    /** The JSON pointer of a finding. */
    private final Pattern place;

    Scanner(String place) {
      this.place = Pattern.compile(place);
    }
  }

  /** A finding, as far as it is used; a missing text is empty. */
  private record Finding(
      List<String> rules,
      String secret,
      String file,
      String line,
      String commit,
      String repository,
      String fingerprint) {

    /** Prints no secret. */
    @Override
    public String toString() {
      return "Finding[" + rule() + "]";
    }

    /** The most specific name. */
    String rule() {
      return rules.getLast();
    }
  }

  /**
   * Starts at the first finding.
   *
   * @param rules the names of rules or detectors, in any case; empty for the usual ones
   */
  FindingRows(Scanner scanner, InputStream in, List<String> rules) {
    this.scanner = scanner;
    this.rules = new LinkedHashSet<>(rules.stream().map(FindingRows::lower).toList());
    this.json = LineRows.JSON.createParser(in);
  }

  @Override
  public Row.@Nullable Raw next() throws IOException {
    try {
      for (JsonToken token = broken ? null : json.nextToken();
          token != null;
          token = json.nextToken()) {
        if (token == JsonToken.START_OBJECT && isFinding()) {
          long line = json.currentTokenLocation().getLineNr();
          Finding finding = finding(json.readValueAsTree());
          if (isSelected(finding)) {
            return row(line, finding);
          }
          skipped++;
          skippedRules.add(finding.rule());
        }
      }
      return null;
    } catch (JacksonException notJson) {
      broken = true;
      long line = Math.max(1, json.currentLocation().getLineNr());
      return new Row.Broken(line, "from here on it is not JSON; the rest was not read");
    }
  }

  @Override
  public boolean isBroken() {
    return broken;
  }

  @Override
  public List<String> notes() {
    if (skipped == 0) {
      return List.of();
    }
    String names = String.join(", ", skippedRules.stream().limit(10).map(this::shown).toList());
    return List.of(
        skipped + " findings of other rules are skipped (" + names + "); --rule NAME selects");
  }

  private boolean isFinding() {
    return scanner.place.matcher(json.streamReadContext().pathAsPointer().toString()).matches();
  }

  private boolean isSelected(Finding finding) {
    return rules.isEmpty()
        ? finding.rules().stream().anyMatch(name -> lower(name).contains(USUAL_RULE))
        : finding.rules().stream().anyMatch(name -> rules.contains(lower(name)));
  }

  private Row.Raw row(long line, Finding finding) {
    Set<String> keys = keys(finding.secret());
    if (keys.size() != 1) {
      String why;
      if (keys.isEmpty() && REDACTED.matcher(finding.secret()).matches()) {
        why =
            "the scanner has redacted the secret: run it again without redaction, and keep the"
                + " report as a secret";
      } else if (keys.isEmpty()) {
        why = "the finding contains no key of hex digits";
      } else {
        why = "the finding contains several texts that may be the key";
      }
      return new Row.Broken(line, why);
    }
    ObjectNode request = JsonNodeFactory.instance.objectNode();
    request.put(CsvRows.KEY, keys.iterator().next());
    String id = id(finding);
    if (id != null) {
      request.put("request_id", id);
    }
    String file = masked(finding.file());
    String where = file + (finding.line().isEmpty() ? "" : ":" + finding.line());
    request.put(
        "reason",
        cut(
            finding.rule()
                + (where.isEmpty() ? "" : " in " + where)
                + (finding.commit().isEmpty() ? "" : ", commit " + finding.commit())
                + (finding.repository().isEmpty() ? "" : ", " + masked(finding.repository()))));
    ObjectNode labels = request.putObject("labels");
    label(labels, "scanner", lower(scanner.name()));
    label(labels, "rule", finding.rule());
    label(labels, "file", file);
    label(labels, "line", finding.line());
    label(labels, "commit", finding.commit());
    label(labels, "repository", masked(finding.repository()));
    return new Row.Parsed(line, request);
  }

  /**
   * The scanner's fingerprint. Gitleaks makes it of commit, file, rule and line, so two secrets in
   * a line have the same; the second one's gets the number of the finding. Null where it cannot be
   * an id, or holds a key that the path holds: only the request's own key would be masked.
   */
  private @Nullable String id(Finding finding) {
    String own = finding.fingerprint();
    selected++;
    if (!isId(own) || KEY_IN_TEXT.matcher(finding.file()).find()) {
      return null;
    }
    if (ids.add(hash(own))) {
      return own;
    }
    String numbered = own + "#" + selected;
    return isId(numbered) && ids.add(hash(numbered)) ? numbered : null;
  }

  /** The first 64 bits of a SHA-256; two texts with the same only cost one of them its own id. */
  private static long hash(String text) {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(bytes)).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK lacks SHA-256", e);
    }
  }

  /** The whole text, or else what in it looks like a key. */
  private static Set<String> keys(String text) {
    Set<String> found = new LinkedHashSet<>();
    if (HEX.matcher(text.strip()).matches()) {
      found.add(text.strip());
      return found;
    }
    Matcher matcher = KEY_IN_TEXT.matcher(text);
    while (matcher.find()) {
      found.add(matcher.group());
    }
    return found;
  }

  private Finding finding(JsonNode node) {
    return switch (scanner) {
      case TRUFFLEHOG -> truffleHog(node);
      case GITLEAKS ->
          new Finding(
              names(node.path("RuleID")),
              text(node.path("Secret")),
              text(node.path("File")),
              text(node.path("StartLine")),
              text(node.path("Commit")),
              "",
              text(node.path("Fingerprint")));
      case SARIF -> sarif(node);
    };
  }

  /** Each kind of source has fields of its own; these are the usual names. */
  private static Finding truffleHog(JsonNode node) {
    JsonNode kinds = node.path("SourceMetadata").path("Data");
    JsonNode source = kinds.isObject() && !kinds.isEmpty() ? kinds.iterator().next() : kinds;
    String raw = text(node.path("Raw"));
    return new Finding(
        names(node.path("DetectorName"), node.path("ExtraData").path("name")),
        raw.isEmpty() ? text(node.path("RawV2")) : raw,
        first(source, "file", "path", "key", "link"),
        first(source, "line"),
        first(source, "commit"),
        first(source, "repository", "bucket", "project", "image"),
        "");
  }

  private static Finding sarif(JsonNode node) {
    JsonNode place = node.path("locations").path(0).path("physicalLocation");
    String rule = text(node.path("ruleId"));
    String file = text(place.path("artifactLocation").path("uri"));
    String line = text(place.path("region").path("startLine"));
    String commit = text(node.path("partialFingerprints").path("commitSha"));
    JsonNode fingerprints = node.path("fingerprints");
    String fingerprint =
        fingerprints.isObject() && !fingerprints.isEmpty()
            ? text(fingerprints.iterator().next())
            : text(node.path("guid"));
    if (fingerprint.isEmpty() && !commit.isEmpty()) {
      // Gitleaks leaves its own fingerprint out of SARIF; it is made of these.
      fingerprint = String.join(":", commit, file, rule, line);
    }
    return new Finding(
        names(node.path("ruleId"), node.path("rule").path("id")),
        text(place.path("region").path("snippet").path("text")),
        file,
        line,
        commit,
        "",
        fingerprint);
  }

  /** At least one; the first names that are there. */
  private static List<String> names(JsonNode... nodes) {
    List<String> names = new ArrayList<>();
    for (JsonNode node : nodes) {
      if (!text(node).isEmpty()) {
        names.add(text(node));
      }
    }
    return names.isEmpty() ? List.of("(no rule)") : names;
  }

  private static String first(JsonNode source, String... fields) {
    for (String field : fields) {
      if (!text(source.path(field)).isEmpty()) {
        return text(source.path(field));
      }
    }
    return "";
  }

  private static String text(JsonNode node) {
    return node.isString() || node.isNumber() ? node.asString().strip() : "";
  }

  private static void label(ObjectNode labels, String name, String text) {
    if (!text.isEmpty()) {
      labels.put(name, cut(text));
    }
  }

  /** Without what looks like a key: another finding's could be part of a path. */
  private static String masked(String text) {
    return KEY_IN_TEXT.matcher(text).replaceAll("***");
  }

  private static String cut(String text) {
    return text.codePointCount(0, text.length()) <= MAX_TEXT_CHARS
        ? text
        : text.substring(0, text.offsetByCodePoints(0, MAX_TEXT_CHARS));
  }

  private static boolean isId(String text) {
    return !text.isEmpty()
        && text.length() <= MAX_ID_CHARS
        && text.chars().allMatch(c -> c >= 0x20 && c <= 0x7e);
  }

  private String shown(String rule) {
    return Console.looksLikeKey(rule) ? "(not shown)" : cut(rule);
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
