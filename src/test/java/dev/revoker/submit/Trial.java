package dev.revoker.submit;

import dev.revoker.config.Config;
import dev.revoker.config.ConfigLoader;
import dev.revoker.config.Loaded;
import dev.revoker.time.SystemTime;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A dry run over some content, which needs no broker, and what it printed. */
final class Trial {
  static final String KEY = "968a8b637a5040159424872fffdb895b";
  static final String OTHER = "0123456789abcdef0123456789abcdef";
  static final SubmitOptions.Defaults NOTHING =
      new SubmitOptions.Defaults(null, null, null, null, Map.of());

  private static final JsonMapper JSON = new JsonMapper();

  final StringWriter out = new StringWriter();
  final StringWriter err = new StringWriter();
  boolean done;
  String fault = "";

  static Trial of(String content) {
    return of(content, null, NOTHING, false);
  }

  static Trial of(
      String content,
      InputFormat.Type format,
      SubmitOptions.Defaults defaults,
      boolean skipInvalid) {
    return of(content.getBytes(StandardCharsets.UTF_8), format, defaults, skipInvalid);
  }

  static Trial ofFindings(String report, List<String> rules) {
    return of(report.getBytes(StandardCharsets.UTF_8), null, NOTHING, false, rules);
  }

  static Trial of(
      byte[] content,
      InputFormat.Type format,
      SubmitOptions.Defaults defaults,
      boolean skipInvalid) {
    return of(content, format, defaults, skipInvalid, List.of());
  }

  private static Trial of(
      byte[] content,
      InputFormat.Type format,
      SubmitOptions.Defaults defaults,
      boolean skipInvalid,
      List<String> rules) {
    Trial trial = new Trial();
    SubmitOptions options =
        new SubmitOptions(
            format,
            defaults,
            rules,
            null,
            null,
            skipInvalid,
            true,
            false,
            false,
            null,
            false,
            null,
            null);
    Console console =
        new Console(new PrintWriter(trial.out, true), new PrintWriter(trial.err, true), 0);
    try (SystemTime time = new SystemTime();
        InputFile input = InputFile.copyOf(new ByteArrayInputStream(content))) {
      trial.done = new Submission(config(), options, console, time).run(input);
    } catch (CommandException failed) {
      trial.fault = failed.text();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return trial;
  }

  static Config config() {
    Loaded loaded =
        ConfigLoader.loadWithoutAccounts(null, Map.of("REVOKER_BOOTSTRAP_SERVERS", "nowhere:1"));
    return ((Loaded.Valid) loaded).config();
  }

  /** What would be sent, masked. */
  List<JsonNode> requests() {
    List<JsonNode> requests = new ArrayList<>();
    out.toString().lines().forEach(line -> requests.add(JSON.readTree(line)));
    return requests;
  }

  /** The lines about bad rows. */
  List<String> bad() {
    return err.toString().lines().filter(line -> line.startsWith("line ")).toList();
  }

  String printed() {
    return out.toString() + err + fault;
  }
}
