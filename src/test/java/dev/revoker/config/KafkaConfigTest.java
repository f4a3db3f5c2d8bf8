package dev.revoker.config;

import static dev.revoker.config.Loading.config;
import static dev.revoker.config.Loading.load;
import static dev.revoker.config.Loading.problems;
import static dev.revoker.config.Loading.valid;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the Kafka clients are given, and what they may not be given. */
class KafkaConfigTest {
  @Test
  void theClientsAreCompleteAndOurs() {
    KafkaConfig kafka = config("client.id=me").kafka();

    assertThat(kafka.consumer())
        .isEqualTo(
            Map.ofEntries(
                Map.entry("bootstrap.servers", "localhost:9092"),
                Map.entry("client.id", "me"),
                Map.entry("group.id", "revoker"),
                Map.entry("enable.auto.commit", "false"),
                Map.entry("isolation.level", "read_committed"),
                Map.entry("auto.offset.reset", "earliest"),
                Map.entry("allow.auto.create.topics", "false"),
                Map.entry(
                    "partition.assignment.strategy",
                    "org.apache.kafka.clients.consumer.CooperativeStickyAssignor"),
                Map.entry("session.timeout.ms", "10000"),
                Map.entry("heartbeat.interval.ms", "3000"),
                Map.entry("metadata.max.age.ms", "10000"),
                Map.entry("max.poll.records", "200"),
                Map.entry("fetch.max.bytes", "1048576"),
                Map.entry("max.partition.fetch.bytes", "262144")));
    assertThat(kafka.producer())
        .isEqualTo(
            Map.ofEntries(
                Map.entry("bootstrap.servers", "localhost:9092"),
                Map.entry("client.id", "me"),
                Map.entry("enable.idempotence", "true"),
                Map.entry("acks", "all"),
                Map.entry("retries", "2147483647"),
                Map.entry("max.in.flight.requests.per.connection", "5"),
                Map.entry("transaction.two.phase.commit.enable", "false"),
                Map.entry("transaction.timeout.ms", "10000"),
                Map.entry("delivery.timeout.ms", "10000"),
                Map.entry("request.timeout.ms", "5000"),
                Map.entry("linger.ms", "0"),
                Map.entry("max.block.ms", "10000"),
                Map.entry("retry.backoff.ms", "5"),
                Map.entry("compression.type", "none"),
                Map.entry("metadata.max.age.ms", "10000")));
    assertThat(kafka.admin())
        .isEqualTo(Map.of("bootstrap.servers", "localhost:9092", "client.id", "me"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "client.id=x",
        "consumer.group.protocol=consumer",
        "consumer.session.timeout.ms=2",
        "producer.transaction.timeout.ms=100",
        "producer.delivery.timeout.ms=100",
        "producer.linger.ms=9000",
        "producer.max.in.flight.requests.per.connection=1",
        "producer.acks=-1",
        "consumer.auto.offset.reset=none",
        "producer.compression.type=lz4",
        "security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\nsasl.jaas.config="
            + "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\""
            + " password=\"p\";",
      })
  void whatLoadsIsTakenByTheClients(String lines) {
    KafkaConfig kafka = config(lines).kafka();
    Map<String, Object> producer = new HashMap<>(kafka.producer());
    producer.put("transactional.id", "x");

    try (var c =
            new KafkaConsumer<>(
                kafka.consumer(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        var p =
            new KafkaProducer<>(producer, new ByteArraySerializer(), new ByteArraySerializer());
        var a = Admin.create(kafka.admin())) {
      assertThat(c.groupMetadata().groupId()).isEqualTo("revoker");
      assertThat(p).isNotNull();
      assertThat(a).isNotNull();
    }
  }

  @Test
  void aClientsOwnSettingGoesOverTheCommonOne() {
    KafkaConfig kafka =
        config(
                "client.id=all",
                "admin.client.id=mine",
                "consumer.max.poll.records=7",
                "ssl.key.password=pw",
                "security.protocol=ssl")
            .kafka();

    assertThat(kafka.admin()).containsEntry("client.id", "mine");
    assertThat(kafka.producer()).containsEntry("client.id", "all");
    assertThat(kafka.consumer())
        .containsEntry("client.id", "all")
        .containsEntry("max.poll.records", "7")
        .containsEntry("security.protocol", "ssl")
        .containsEntry("ssl.key.password", new Password("pw"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          consumer.enable.auto.commit=true       | must be false, because progress commits together with the results, or not at all
          consumer.isolation.level=read_uncommitted | must be read_committed, because a request in an aborted transaction does not count
          consumer.auto.offset.reset=latest      | must be earliest or none, because any other value would skip requests
          consumer.auto.offset.reset=by_duration:PT1H | must be earliest or none, because any other value would skip requests
          consumer.allow.auto.create.topics=true | must be false, because only create.topics creates topics
          consumer.group.id=x                    | must not be set, because the key for it is group.id
          consumer.bootstrap.servers=x:1         | must not be set, because all clients use the brokers of bootstrap.servers
          consumer.key.deserializer=x            | must not be set, because the worker reads bytes
          consumer.value.deserializer=x          | must not be set, because the worker reads bytes
          consumer.config.providers=x            | must not be set, because ${env:..}, ${file:..} and ${dir:..} are resolved already
          consumer.share.acquire.mode=x          | must not be set, because the worker is no share consumer
          producer.bootstrap.servers=x:1         | must not be set, because all clients use the brokers of bootstrap.servers
          producer.enable.idempotence=false      | must be true, because a retried send must not write a result twice
          producer.acks=1                        | must be all or -1, because a result must outlive the loss of a broker
          producer.transactional.id=x            | must not be set, because the worker names its transactions itself
          producer.transaction.two.phase.commit.enable=true | must be false, because results and progress commit in one transaction of the worker's own
          producer.key.serializer=x              | must not be set, because the worker writes bytes
          producer.value.serializer=x            | must not be set, because the worker writes bytes
          producer.retries=3                     | must be 2147483647, because delivery.timeout.ms ends the retries, not their number
          producer.max.in.flight.requests.per.connection=6 | must be 5 or 4 or 3 or 2 or 1, because an idempotent producer keeps the order of records only up to 5
          admin.bootstrap.servers=x:1            | must not be set, because all clients use the brokers of bootstrap.servers
          admin.bootstrap.controllers=x:1        | must not be set, because all clients use the brokers of bootstrap.servers
          """)
  void whatWouldBreakAGuaranteeIsRefusedAndWhy(String line, String why) {
    assertThat(problems(line)).containsExactly(line.replace("=", " = ") + ": " + why);
  }

  @Test
  void whatIsFixedMayBeSaidAloud() {
    assertThat(
            load(
                Loading.BROKERS,
                "consumer.enable.auto.commit=FALSE",
                "consumer.isolation.level=read_committed",
                "producer.acks=all",
                "producer.enable.idempotence=true",
                "producer.retries=2147483647"))
        .isInstanceOf(Loaded.Valid.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          consumer.max.poll.records=many     | must be a whole number
          consumer.max.poll.records=0        | value must be at least 1
          consumer.session.timeout.ms=0      | must be a whole number of at least 1
          producer.transaction.timeout.ms=-1 | must be a whole number of at least 1
          producer.compression.type=rar      | string must be one of: none, gzip, snappy, lz4, zstd
          producer.compression.lz4.level=18  | value must be no more than 17
          consumer.group.protocol=new        | string must be one of (case insensitive): CONSUMER, CLASSIC
          security.protocol=TLS              | string must be one of (case insensitive): SASL_SSL, PLAINTEXT, SSL, SASL_PLAINTEXT
          consumer.check.crcs=yes            | must be true or false
          sasl.login.class=no.such.Class     | must be the name of a class on the class path
          consumer.partition.assignment.strategy=no.Such | must be names of classes on the class path
          """)
  void kafkaItselfIsAskedWhetherAValueFits(String line, String allowed) {
    assertThat(problems(line)).containsExactly(line.replace("=", " = ") + ": " + allowed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          consumer.session.timeout.ms=1000       | consumer.heartbeat.interval.ms=1000 | consumer.heartbeat.interval.ms = 1000: consumer.heartbeat.interval.ms (1000) must be less than consumer.session.timeout.ms (1000)
          consumer.group.remote.assignor=uniform |                                     | consumer.group.remote.assignor = uniform: needs consumer.group.protocol=consumer
          producer.request.timeout.ms=30000      |                                     | producer.request.timeout.ms = 30000: producer.delivery.timeout.ms (10000) must be at least linger.ms + request.timeout.ms (0 + 30000)
          producer.linger.ms=11000               |                                     | producer.linger.ms = 11000: producer.delivery.timeout.ms (10000) must be at least linger.ms + request.timeout.ms (11000 + 1)
          """)
  void whatKafkaWouldRefuseTogetherIsOneLine(String one, String other, String problem) {
    assertThat(problems(one, other == null ? "" : other)).containsExactly(problem);
  }

  @Test
  void theNewGroupProtocolTakesNoSessionSettings() {
    assertThat(config("consumer.group.protocol=consumer").kafka().consumer())
        .containsEntry("group.protocol", "consumer")
        .doesNotContainKeys(
            "session.timeout.ms", "heartbeat.interval.ms", "partition.assignment.strategy");
    assertThat(
            problems(
                "consumer.group.protocol=consumer",
                "consumer.session.timeout.ms=9000",
                "consumer.heartbeat.interval.ms=900"))
        .containsExactlyInAnyOrder(
            "consumer.session.timeout.ms = 9000: must not be set with"
                + " consumer.group.protocol=consumer: the broker sets it",
            "consumer.heartbeat.interval.ms = 900: must not be set with"
                + " consumer.group.protocol=consumer: the broker sets it");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a:9092",
        "a:1,b:2 , c:3",
        "[::1]:9092",
        "10.0.0.1:9092",
        "SASL_SSL://my_host:9093"
      })
  void brokersAreHostsWithPorts(String brokers) {
    assertThat(load("bootstrap.servers=" + brokers)).isInstanceOf(Loaded.Valid.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a:", "a:0", "a:65536", "a:1,,b:2", ":9092", "::1:9092", "a:1;b:2"})
  void otherBrokersAreRefused(String brokers) {
    assertThat(load("bootstrap.servers=" + brokers))
        .isEqualTo(
            new Loaded.Invalid(
                List.of(
                    "bootstrap.servers = "
                        + brokers
                        + ": must be host:port, one or more, separated by commas")));
  }

  @Test
  void warnings() {
    String interceptor = ConsumerSpy.class.getName();
    Loaded.Valid valid =
        valid(
            "accounts=a",
            "account.a.api.token=ab",
            "consumer.interceptor.classes=" + interceptor,
            "consumer.spy.endpoint=CANARY",
            "sasl.mechanism=PLAIN",
            "producer.delivery.timeout.ms=20000",
            "producer.linger.ms=5");

    assertThat(valid.config().kafka().consumer()).containsEntry("spy.endpoint", "CANARY");
    assertThat(valid.lines()).contains("consumer.spy.endpoint = *** (file)");
    assertThat(valid.warnings())
        .containsExactlyInAnyOrder(
            "consumer.spy.endpoint: Kafka does not know this setting; passing it on to the"
                + " configured plug-ins",
            "consumer.interceptor.classes: an interceptor sees every API key in the clear",
            "security.protocol: is plaintext, so the sasl.* settings have no effect",
            "producer.delivery.timeout.ms: is longer than producer.transaction.timeout.ms: the"
                + " producer may go on sending a result whose transaction was aborted",
            "producer.linger.ms: delays every transaction by this time; its results are sent"
                + " together anyway");
  }

  /** Stands for an interceptor of somebody's own. */
  static final class ConsumerSpy {}
}
