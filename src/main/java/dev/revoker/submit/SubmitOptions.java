package dev.revoker.submit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The options of one {@code submit}.
 *
 * @param format null to find it out from the content
 * @param rules which findings of a scanner are sent; empty for the usual ones
 * @param lane a lane's name, or null for the usual one
 * @param batch the batch's id, or null to make it of the content
 * @param skipInvalid whether the valid rows are sent where others are not valid
 * @param waits whether to wait until every row has its result
 * @param resume whether to leave out rows that have succeeded or are in flight
 * @param report the file to write each row's result to, or null
 * @param timeout bounds the wait; null for no limit
 * @param config the file of the configuration, for commands that are shown; null for none
 * @param overwrite whether the report may replace a file
 */
public record SubmitOptions(
    InputFormat.@Nullable Type format,
    Defaults defaults,
    List<String> rules,
    @Nullable String lane,
    @Nullable String batch,
    boolean skipInvalid,
    boolean dryRun,
    boolean waits,
    boolean resume,
    @Nullable Path report,
    boolean overwrite,
    @Nullable Duration timeout,
    @Nullable Path config) {

  /** The option that names the configuration in a command that is shown, and a space. */
  String configHint() {
    return configHint(config);
  }

  static String configHint(@Nullable Path config) {
    if (config == null) {
      return "";
    }
    String file = config.toString();
    boolean plain = file.matches("[A-Za-z0-9_./-]+");
    return "--config " + (plain ? file : "'" + file.replace("'", "'\\''") + "'") + " ";
  }

  /** Fields for rows that lack them; a row's own label wins over one of these. */
  public record Defaults(
      @Nullable String account,
      @Nullable String reason,
      @Nullable String requestedBy,
      @Nullable String notAfter,
      Map<String, String> labels) {}
}
