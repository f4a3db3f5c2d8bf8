package dev.revoker.config;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigDef;
import org.jspecify.annotations.Nullable;

/** The Kafka clients' settings: fixed settings over the operator's over our defaults. */
final class KafkaSection {
  /** Settings that load a plug-in class, which may read settings that Kafka does not know. */
  private static final Set<String> PLUG_INS =
      Set.of(
          "interceptor.classes",
          "metric.reporters",
          "partition.assignment.strategy",
          "partitioner.class",
          "sasl.client.callback.handler.class",
          "sasl.login.callback.handler.class",
          "sasl.login.class",
          "security.providers",
          "ssl.engine.factory.class");

  private final SettingsReader in;
  private final String brokers;
  private final String groupId;
  private final Map<String, Setting> common = new HashMap<>();

  private KafkaSection(SettingsReader in) {
    this.in = in;
    this.brokers = brokers(in);
    this.groupId = in.text(Keys.GROUP_ID, t -> t.matches("[ -~]{1,255}"));
    for (Setting setting : in.takeAll(KafkaClient::common)) {
      common.put(setting.key(), setting);
      check(KafkaClient.ADMIN, setting.key(), setting);
    }
    takePlugIns(common, "", KafkaClient::commonShape);
  }

  static Config.Kafka read(SettingsReader in) {
    KafkaSection section = new KafkaSection(in);
    Config.Kafka kafka =
        new Config.Kafka(
            section.groupId,
            section.client(KafkaClient.CONSUMER),
            section.client(KafkaClient.PRODUCER),
            section.client(KafkaClient.ADMIN));
    if (in.problems().isEmpty()) {
      checkTls(in, kafka);
    }
    return kafka;
  }

  /** Reports a mistake once, even if several clients have it. */
  private static void checkTls(SettingsReader in, Config.Kafka kafka) {
    Map<KafkaClient, Map<String, Object>> clients =
        Map.of(
            KafkaClient.ADMIN, kafka.admin(),
            KafkaClient.CONSUMER, kafka.consumer(),
            KafkaClient.PRODUCER, kafka.producer());
    Set<String> reported = new HashSet<>();
    for (KafkaClient client : KafkaClient.values()) {
      String mistake = TlsCheck.mistake(clients.getOrDefault(client, Map.of()), kafka.secrets());
      if (mistake != null && reported.add(mistake)) {
        in.problems().wrong(tlsKeys(in, client), mistake);
      }
    }
  }

  /** The keys of the client's key store and trust store: its own if set, else the common ones. */
  private static String tlsKeys(SettingsReader in, KafkaClient client) {
    boolean own = !in.keys(key -> key.startsWith(client.prefix() + "ssl.")).isEmpty();
    List<String> keys =
        in.keys(
            key ->
                key.matches(
                    (own ? Pattern.quote(client.prefix()) : "")
                        + "ssl\\.(truststore|keystore|key)\\..*"));
    return keys.isEmpty() ? "ssl.truststore.location" : String.join(", ", keys);
  }

  private static String brokers(SettingsReader in) {
    String key = Keys.BOOTSTRAP_SERVERS.name();
    if (!in.has(key)) {
      in.problems().wrong(key, "is required: " + Keys.BOOTSTRAP_SERVERS.allowed());
      return "";
    }
    return in.text(Keys.BOOTSTRAP_SERVERS, HostPort::brokers);
  }

  private Map<String, Object> client(KafkaClient client) {
    KafkaSettings settings = new KafkaSettings(client, given(client));
    Map<String, String> defaults = KafkaDefaults.of(settings);
    KafkaChecks.run(in, settings, defaults);
    Map<String, Object> complete = new TreeMap<>();
    defaults.forEach((name, value) -> byDefault(complete, settings, name, value));
    settings.given().forEach((name, setting) -> complete.put(name, value(client, name, setting)));
    FixedKafkaSetting.of(client).forEach(fixed -> fix(complete, settings, fixed));
    complete.put("bootstrap.servers", brokers);
    if (client == KafkaClient.CONSUMER) {
      complete.put("group.id", groupId);
    }
    return Map.copyOf(complete);
  }

  /** The operator's settings for this client. Each is checked by itself. */
  private Map<String, Setting> given(KafkaClient client) {
    Map<String, Setting> given = new HashMap<>(common);
    String prefix = client.prefix();
    List<Setting> known =
        in.takeAll(
            k -> k.startsWith(prefix) && client.names().contains(k.substring(prefix.length())));
    for (Setting setting : known) {
      String name = setting.key().substring(prefix.length());
      given.put(name, setting);
      check(client, name, setting);
    }
    takePlugIns(given, prefix, key -> key.startsWith(prefix) && !key.equals(prefix));
    return given;
  }

  /**
   * If a plug-in that is not Kafka's is configured, passes on settings that Kafka does not know:
   * they may be the plug-in's.
   */
  private void takePlugIns(Map<String, Setting> given, String prefix, Predicate<String> fits) {
    if (PLUG_INS.stream().map(given::get).noneMatch(KafkaSection::foreign)) {
      return;
    }
    for (Setting setting : in.takeAll(key -> fits.test(key) && !in.taken(key))) {
      given.put(setting.key().substring(prefix.length()), setting);
      in.report().hidden(setting);
      in.report()
          .warn(
              setting.key(),
              "Kafka does not know this setting; passing it on to the configured plug-ins");
    }
  }

  private static boolean foreign(@Nullable Setting plugIn) {
    return plugIn != null
        && Stream.of(plugIn.text().split(",", -1))
            .anyMatch(name -> !name.isBlank() && !name.strip().startsWith("org.apache.kafka."));
  }

  private void check(KafkaClient client, String name, Setting setting) {
    in.report().given(setting);
    ConfigDef.ConfigKey definition = client.definition(name);
    if (definition == null || in.problems().has(setting.key())) {
      return;
    }
    for (FixedKafkaSetting fixed : FixedKafkaSetting.of(client)) {
      if (fixed.name().equals(name)) {
        if (!fixed.allows(setting.text())) {
          in.problems().wrong(setting, fixed.demand());
        }
        return;
      }
    }
    String mistake =
        JaasCheck.concerns(definition)
            ? JaasCheck.mistake(setting.text())
            : KafkaValues.mistake(definition, setting);
    if (mistake != null) {
      in.problems().wrong(setting, mistake);
    }
  }

  private void byDefault(
      Map<String, Object> complete, KafkaSettings settings, String name, String value) {
    if (!settings.has(name)) {
      complete.put(name, value);
      in.report().byDefault(settings.client().prefix() + name, value);
    }
  }

  private void fix(Map<String, Object> complete, KafkaSettings settings, FixedKafkaSetting fixed) {
    if (fixed.allowed().isEmpty() || settings.has(fixed.name())) {
      return;
    }
    String value = fixed.allowed().getFirst();
    complete.put(fixed.name(), value);
    String key = settings.client().prefix() + fixed.name();
    if (fixed.allowed().size() == 1) {
      in.report().fixed(key, value);
    } else {
      in.report().byDefault(key, value);
    }
  }

  private static Object value(KafkaClient client, String name, Setting setting) {
    ConfigDef.ConfigKey definition = client.definition(name);
    return definition == null ? setting.text() : KafkaValues.value(definition, setting);
  }
}
