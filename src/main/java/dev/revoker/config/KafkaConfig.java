package dev.revoker.config;

import dev.revoker.config.KafkaClient.FixedSetting;
import dev.revoker.config.KafkaClient.Given;
import dev.revoker.model.Secret;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

/**
 * Complete settings for each Kafka client, as its constructor takes them: fixed settings over the
 * operator's over our defaults. Serializers and {@code transactional.id} are set by the code that
 * creates the client. Values are strings, or Kafka's {@code Password} for settings that Kafka
 * hides. Settings of plug-ins may be secret without being a {@code Password}, so {@link
 * #toString()} shows names only.
 */
public record KafkaConfig(
    String groupId,
    Map<String, Object> consumer,
    Map<String, Object> producer,
    Map<String, Object> admin) {
  static final long DEFAULT_SESSION_TIMEOUT_MS = 10_000;

  /** How long a call of a producer method may block. */
  public long maxBlockMs() {
    return Long.parseLong(
        Objects.requireNonNull(producer.get(ProducerConfig.MAX_BLOCK_MS_CONFIG)).toString());
  }

  /** The consumer's settings for one that joins no group. */
  public Map<String, Object> consumerWithoutGroup() {
    Map<String, Object> settings = new HashMap<>(consumer);
    settings.keySet().removeAll(GROUP_SETTINGS);
    return settings;
  }

  /**
   * How long the group waits for a heartbeat. With the protocol {@code consumer} the broker knows,
   * and this is the worker's default.
   */
  public long sessionTimeoutMs() {
    Object given = consumer.get(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG);
    return given == null ? DEFAULT_SESSION_TIMEOUT_MS : Long.parseLong(given.toString());
  }

  /** The brokers as the operator wrote them. */
  public String addresses() {
    return String.valueOf(admin.get(BROKERS));
  }

  /** How the brokers are spoken to, in capitals. */
  public String securityProtocol() {
    return String.valueOf(admin.getOrDefault("security.protocol", "PLAINTEXT"))
        .toUpperCase(Locale.ROOT);
  }

  /** Redacts every part of a secret setting in the text of a Kafka error. */
  public String redact(@Nullable String text) {
    return Redaction.redact(String.valueOf(text), secrets());
  }

  /** The secret values among the settings, split into the parts that an error may quote. */
  Set<String> secrets() {
    Set<String> secrets = new HashSet<>();
    for (Map<String, Object> client : List.of(consumer, producer, admin)) {
      client.forEach(
          (name, value) -> {
            if (name.equals(SaslConfigs.SASL_JAAS_CONFIG)) {
              secrets.addAll(KafkaSecurity.jaasSecrets(((Password) value).value()));
            } else if (value instanceof Password password) {
              password
                  .value()
                  .lines()
                  .filter(line -> !line.startsWith("-----"))
                  .forEach(secrets::add);
            }
          });
    }
    return secrets;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "Kafka[groupId=%s, consumer=%s, producer=%s, admin=%s]",
        groupId,
        consumer.keySet(),
        producer.keySet(),
        admin.keySet());
  }

  /** Settings of group members. */
  private static final Set<String> GROUP_SETTINGS =
      Set.of(
          "group.id",
          "group.instance.id",
          "group.protocol",
          "group.remote.assignor",
          "partition.assignment.strategy",
          "session.timeout.ms",
          "heartbeat.interval.ms",
          "max.poll.interval.ms");

  private static final String BROKERS = "bootstrap.servers";

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

  static KafkaConfig read(SettingsReader in) {
    String brokers = brokers(in);
    String groupId =
        in.text(
            "group.id",
            "revoker",
            "1 to 255 printable ASCII characters",
            t -> t.matches("[ -~]{1,255}"));
    Map<String, Setting> common = new HashMap<>();
    for (Setting setting : in.takeAll(KafkaClient::common)) {
      common.put(setting.key(), setting);
      check(in, KafkaClient.ADMIN, setting.key(), setting);
    }
    takePlugIns(in, common, "", KafkaClient::commonShape);
    Map<String, Object> consumer = client(in, KafkaClient.CONSUMER, common);
    Map<String, Object> producer = client(in, KafkaClient.PRODUCER, common);
    Map<String, Object> admin = client(in, KafkaClient.ADMIN, common);
    consumer.put("group.id", groupId);
    List.of(consumer, producer, admin).forEach(client -> client.put(BROKERS, brokers));
    KafkaConfig kafka =
        new KafkaConfig(groupId, Map.copyOf(consumer), Map.copyOf(producer), Map.copyOf(admin));
    if (in.problems().isEmpty()) {
      kafka.checkTls(in);
    }
    return kafka;
  }

  private static String brokers(SettingsReader in) {
    String allowed = "host:port, one or more, separated by commas";
    in.declare(BROKERS, "required", allowed);
    if (!in.has(BROKERS)) {
      in.wrong(BROKERS, "is required: " + allowed);
      return "";
    }
    return in.text(
        BROKERS,
        "",
        allowed,
        text ->
            Stream.of(text.split(",", -1))
                // Kafka allows a protocol before the host.
                .map(one -> Config.Listen.parse(one.strip().replaceFirst("^[A-Za-z_]+://", "")))
                .allMatch(address -> address != null && address.port() > 0));
  }

  /** The settings of one client, without those that all clients share. */
  private static Map<String, Object> client(
      SettingsReader in, KafkaClient client, Map<String, Setting> common) {
    Given given = given(in, client, common);
    Map<String, String> defaults = client.defaults(given);
    new KafkaChecks(in, client, given, defaults).run();
    Map<String, String> unset = new TreeMap<>(defaults);
    client.fixed().stream()
        .filter(fixed -> !fixed.allowed().isEmpty())
        .forEach(fixed -> unset.put(fixed.name(), fixed.allowed().getFirst()));
    unset.keySet().removeAll(given.byName().keySet());
    unset.forEach(
        (name, value) -> {
          FixedSetting fixed = client.fixed(name);
          boolean only = fixed != null && fixed.allowed().size() == 1;
          in.show(client.prefix() + name, value, only ? "fixed" : "default");
        });
    Map<String, Object> complete = new TreeMap<>(unset);
    given.byName().forEach((name, setting) -> complete.put(name, value(client, name, setting)));
    return complete;
  }

  /** The operator's settings for this client over the common ones. Each is checked by itself. */
  private static Given given(SettingsReader in, KafkaClient client, Map<String, Setting> common) {
    Map<String, Setting> given = new HashMap<>(common);
    String prefix = client.prefix();
    for (Setting setting :
        in.takeAll(
            k -> k.startsWith(prefix) && client.names().contains(k.substring(prefix.length())))) {
      String name = setting.key().substring(prefix.length());
      given.put(name, setting);
      check(in, client, name, setting);
    }
    takePlugIns(in, given, prefix, key -> key.startsWith(prefix) && !key.equals(prefix));
    return new Given(given);
  }

  /**
   * If a plug-in that is not Kafka's is configured, passes on settings that Kafka does not know:
   * they may be the plug-in's.
   */
  private static void takePlugIns(
      SettingsReader in, Map<String, Setting> given, String prefix, Predicate<String> fits) {
    if (PLUG_INS.stream().map(given::get).noneMatch(KafkaConfig::foreign)) {
      return;
    }
    for (Setting setting : in.takeAll(key -> fits.test(key) && !in.taken(key))) {
      given.put(setting.key().substring(prefix.length()), setting);
      in.show(setting.key(), Secret.MASK, setting.origin());
      in.warn(
          setting.key(),
          "Kafka does not know this setting; passing it on to the configured plug-ins");
    }
  }

  private static boolean foreign(@Nullable Setting plugIn) {
    return plugIn != null
        && Stream.of(plugIn.text().split(",", -1))
            .anyMatch(name -> !name.isBlank() && !name.strip().startsWith("org.apache.kafka."));
  }

  private static void check(SettingsReader in, KafkaClient client, String name, Setting setting) {
    in.show(setting);
    ConfigDef.ConfigKey definition = client.definition(name);
    if (definition == null || in.blamed(setting.key())) {
      return;
    }
    FixedSetting fixed = client.fixed(name);
    if (fixed != null) {
      if (!fixed.allows(setting.text())) {
        in.wrong(setting, fixed.demand());
      }
      return;
    }
    String mistake =
        name.equals(SaslConfigs.SASL_JAAS_CONFIG)
            ? KafkaSecurity.jaasMistake(setting.text())
            : KafkaChecks.mistake(definition, setting.text());
    if (mistake != null) {
      in.wrong(setting, mistake);
    }
  }

  /** A secret becomes a {@code Password}, which Kafka never prints. */
  private static Object value(KafkaClient client, String name, Setting setting) {
    ConfigDef.ConfigKey definition = client.definition(name);
    return definition != null && definition.type == ConfigDef.Type.PASSWORD
        ? new Password(setting.text())
        : setting.text();
  }

  /** Reports a mistake once, even if several clients have it. */
  private void checkTls(SettingsReader in) {
    Set<String> reported = new HashSet<>();
    for (KafkaClient client : KafkaClient.values()) {
      Map<String, Object> settings =
          switch (client) {
            case CONSUMER -> consumer;
            case PRODUCER -> producer;
            case ADMIN -> admin;
          };
      String mistake = KafkaSecurity.tlsMistake(settings, secrets());
      if (mistake != null && reported.add(mistake)) {
        in.wrong(tlsKeys(in, client.prefix()), mistake);
      }
    }
  }

  /** The keys of the client's key store and trust store: its own if set, else the common ones. */
  private static String tlsKeys(SettingsReader in, String prefix) {
    boolean own = !in.keys(key -> key.startsWith(prefix + "ssl.")).isEmpty();
    String stores = (own ? Pattern.quote(prefix) : "") + "ssl\\.(truststore|keystore|key)\\..*";
    List<String> keys = in.keys(key -> key.matches(stores));
    return keys.isEmpty() ? "ssl.truststore.location" : String.join(", ", keys);
  }
}
