package dev.revoker.config;

import dev.revoker.model.Credentials;
import dev.revoker.model.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Loads the configuration: reads a properties file, applies the environment over it, resolves
 * references, and validates. Reports all mistakes at once. Reads only files; has no state, so any
 * thread may call it.
 */
public final class ConfigLoader {
  private ConfigLoader() {}

  /**
   * Loads and checks everything.
   *
   * @param file the properties file in UTF-8, or null for the environment and the defaults alone
   * @param environment the process's variables; those that begin with {@code REVOKER_} are
   *     configuration
   * @return the configuration, or every problem found; an unreadable file is a problem too
   */
  public static Loaded load(@Nullable Path file, Map<String, String> environment) {
    return load(file, environment, key -> true);
  }

  /**
   * As {@link #load}, for commands that only talk to the brokers. Ignores the accounts, so that a
   * machine that sends requests needs no account secrets.
   */
  public static Loaded loadWithoutAccounts(@Nullable Path file, Map<String, String> environment) {
    Loaded loaded = load(file, environment, key -> !Accounts.owns(key));
    return loaded instanceof Loaded.Valid valid
        ? new Loaded.Valid(
            valid.config(),
            valid.lines(),
            valid.warnings().stream().filter(warning -> !Accounts.owns(warning)).toList())
        : loaded;
  }

  private static Loaded load(
      @Nullable Path file, Map<String, String> environment, Predicate<String> wanted) {
    Problems problems = new Problems();
    List<Setting> written = List.of();
    if (file != null) {
      switch (PropertiesFile.read(file)) {
        case PropertiesFile.Contents.Unreadable unreadable -> {
          // The rest cannot be checked without the file's settings.
          problems.note(Redaction.value("", file.toString()), "the file " + unreadable.why());
          return new Loaded.Invalid(problems.lines());
        }
        case PropertiesFile.Contents.Read read -> {
          read.brokenLines()
              .forEach(
                  line ->
                      problems.note("line " + line, "a \\u must be followed by four hex digits"));
          written = read.settings();
        }
      }
    }
    Map<String, Setting> given =
        Sources.merged(written, Environment.settings(environment), problems);
    given.keySet().removeIf(wanted.negate());
    SettingsReader in =
        new SettingsReader(References.resolve(given, environment, problems), problems);
    warnOfServiceLinks(in, Environment.serviceLinks(environment));
    Config config = read(in);
    return problems.isEmpty()
        ? new Loaded.Valid(config, in.report().lines(), in.report().warnings())
        : new Loaded.Invalid(problems.lines());
  }

  /** Reads every key. The result is valid only if no problem was reported. */
  private static Config read(SettingsReader in) {
    Config.Kafka kafka = KafkaSection.read(in);
    Config.Limits limits = Limits.limits(in);
    List<Config.Lane> lanes = Lanes.read(in, limits.maxInFlight());
    String resultsTopic = TopicKeys.results(in, lanes);
    boolean createTopics = in.flag(Keys.CREATE_TOPICS);
    URI baseUrl = BaseUrl.read(in);
    Map<String, Credentials> accounts = Accounts.read(in);
    Config.Retry retry = Limits.retry(in);
    Config config =
        new Config(
            kafka,
            lanes,
            resultsTopic,
            createTopics,
            Limits.endpoint(in, baseUrl),
            accounts,
            Accounts.byDefault(in, accounts),
            limits,
            retry,
            Limits.breaker(in, retry),
            in.whole(Keys.HOLD_MAX_MS),
            in.whole(Keys.LOGIN_RETRY_MS),
            fingerprintSecret(in),
            ProtectedFingerprints.read(in),
            opsListen(in),
            in.whole(Keys.DRAIN_TIMEOUT_MS));
    UnknownKeys.report(in, lanes, accounts.keySet());
    return config;
  }

  private static @Nullable Secret fingerprintSecret(SettingsReader in) {
    Setting setting = in.usable(Keys.FINGERPRINT_SECRET.name());
    if (setting == null) {
      in.report().unset(Keys.FINGERPRINT_SECRET.name());
      return null;
    }
    if (setting.text().length() < 16) {
      in.problems().wrong(setting, "must be " + Keys.FINGERPRINT_SECRET.allowed());
    }
    return Secret.of(setting.text());
  }

  private static Config.Listen opsListen(SettingsReader in) {
    String text = in.text(Keys.OPS_LISTEN, t -> HostPort.parse(t) != null);
    Config.Listen listen = HostPort.parse(text);
    return listen == null ? new Config.Listen("127.0.0.1", 0) : listen;
  }

  private static void warnOfServiceLinks(SettingsReader in, List<String> variables) {
    if (!variables.isEmpty()) {
      in.report()
          .warn(
              variables.getFirst(),
              String.format(
                  Locale.ROOT,
                  "ignored, and %d more variables like it: Kubernetes sets them for a Service"
                      + " (enableServiceLinks)",
                  variables.size() - 1));
    }
  }
}
