package dev.revoker.config;

import static dev.revoker.config.Loading.load;
import static dev.revoker.config.Loading.problems;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each mistake is one line that names the key, shows the value and says what is allowed. */
class ProblemsTest {
  @Test
  void fiveMistakesAreFiveLines() {
    Loaded loaded =
        load(
            "max.in.flight=many",
            "api.base.url=ftp://example.com",
            "lanes=urgent,urgent",
            "consumer.isolation.level=read_uncommitted");

    assertThat(loaded)
        .isEqualTo(
            new Loaded.Invalid(
                List.of(
                    "bootstrap.servers: is required: host:port, one or more, separated by commas",
                    "consumer.isolation.level = read_uncommitted: must be read_committed, because a"
                        + " request in an aborted transaction does not count",
                    "max.in.flight = many: must be a whole number from 1 to 10000",
                    "lanes = urgent,urgent: must be 1 to 16 different names of a-z, 0-9, - and _,"
                        + " separated by commas",
                    "api.base.url = ftp://example.com: must be an https: URL of a host, optionally"
                        + " with a path (http: only to a loopback host, or with"
                        + " api.allow.http=true)")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          max.in.flight=0                     | max.in.flight = 0: must be a whole number from 1 to 10000
          max.in.flight=10001                 | max.in.flight = 10001: must be a whole number from 1 to 10000
          max.in.flight=1e3                   | max.in.flight = 1e3: must be a whole number from 1 to 10000
          max.in.flight=99999999999999999999  | max.in.flight = 99999999999999999999: must be a whole number from 1 to 10000
          max.in.flight=                      | max.in.flight = : must not be empty; leave the key out for its default
          rate.limit.per.second=-1            | rate.limit.per.second = -1: must be a whole number from 0 to 100000
          rate.limit.per.second=100001        | rate.limit.per.second = 100001: must be a whole number from 0 to 100000
          breaker.failure.rate.threshold=0.5  | breaker.failure.rate.threshold = 0.5: must be a number from 1 to 100
          breaker.failure.rate.threshold=101  | breaker.failure.rate.threshold = 101: must be a number from 1 to 100
          breaker.failure.rate.threshold=NaN  | breaker.failure.rate.threshold = NaN: must be a number from 1 to 100
          api.request.timeout.ms=0            | api.request.timeout.ms = 0: must be a whole number from 1 to 3600000
          login.retry.ms=0                    | login.retry.ms = 0: must be a whole number from 1 to 86400000
          drain.timeout.ms=-1                 | drain.timeout.ms = -1: must be a whole number from 0 to 3600000
          hold.max.ms=10s                     | hold.max.ms = 10s: must be a whole number from 0 to 31622400000
          create.topics=yes                   | create.topics = yes: must be true or false
          ops.listen=9464                     | ops.listen = 9464: must be HOST:PORT, as 0.0.0.0:9464 or [::1]:9464; port 0 takes a free one
          ops.listen=::1:9464                 | ops.listen = ::1:9464: must be HOST:PORT, as 0.0.0.0:9464 or [::1]:9464; port 0 takes a free one
          ops.listen=localhost:65536          | ops.listen = localhost:65536: must be HOST:PORT, as 0.0.0.0:9464 or [::1]:9464; port 0 takes a free one
          fingerprint.secret=fifteen-letters  | fingerprint.secret = ***: must be at least 16 characters
          protected.fingerprints=sha256:ab    | protected.fingerprints = sha256:ab: must be key_fingerprint values as results show them, separated by commas: sha256: or hmac-sha256:, then 64 hex digits
          group.id=grüezi                     | group.id = grüezi: must be 1 to 255 printable ASCII characters
          results.topic=a topic               | results.topic = a topic: must be a topic name: 1 to 249 of A-Z, a-z, 0-9, dot, - and _
          results.topic=..                    | results.topic = ..: must be a topic name: 1 to 249 of A-Z, a-z, 0-9, dot, - and _
          default.account=x                   | default.account = x: must be one of accounts (none), or any
          default.account=any                 | default.account = any: must be one of accounts (none), or any
          verify=on                           | verify = on: must be off, after or full
          accounts=a b                        | accounts = a b: must be different names of A-Z, a-z, 0-9, - and _, separated by commas
          """)
  void aWrongValueIsShownWithWhatIsAllowed(String line, String problem) {
    assertThat(problems(line)).containsExactly(problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          api.connect.timeout.ms=20000                   |                            | api.connect.timeout.ms = 20000: must not be more than api.request.timeout.ms (10000, the default)
          api.connect.timeout.ms=900                     | api.request.timeout.ms=800 | api.connect.timeout.ms = 900: must not be more than api.request.timeout.ms (800)
          retry.initial.backoff.ms=500                   | retry.max.backoff.ms=100   | retry.initial.backoff.ms = 500: must not be more than retry.max.backoff.ms (100)
          breaker.minimum.calls=51                       |                            | breaker.minimum.calls = 51: must not be more than breaker.sliding.window.size (50, the default)
          lane.urgent.reserved=64                        |                            | lane.urgent.reserved = 64: leaves lane standard no slot: all reserved slots together must be less than max.in.flight (64, the default)
          lane.urgent.reserved=1                         | max.in.flight=1            | lane.urgent.reserved = 1: leaves lane standard no slot: all reserved slots together must be less than max.in.flight (1)
          results.topic=key-revocations                  |                            | results.topic = key-revocations: must not be the topic of lane.standard.topic too
          lane.urgent.topic=x                            | lane.standard.topic=x      | lane.standard.topic = x: must not be the topic of lane.urgent.topic too
          lanes=urgent,batch                             |                            | lane.batch.topic: is required, because only the lanes urgent and standard have a default topic
          lane.batch.topic=x                             | lane.batch.reserved=1      | lane.batch.topic = x: names no lane of lanes (urgent, standard)
          """)
  void aContradictionIsOneLineAndNamesBoth(String one, String other, String problem) {
    assertThat(problems(one, other == null ? "" : other)).containsExactly(problem);
  }

  @Test
  void anHmacFingerprintNeedsTheSecret() {
    String hmac = "hmac-sha256:" + "a".repeat(64);
    assertThat(problems("protected.fingerprints=" + hmac))
        .containsExactly(
            "protected.fingerprints = %s: has an hmac-sha256: fingerprint, which cannot be"
                    .formatted(hmac)
                + " compared without fingerprint.secret");
    assertThat(problems("protected.fingerprints=" + hmac + ",")).hasSize(1);
  }

  @Test
  void keySetsAreReadAtTheStart() {
    assertThat(problems("decryption.keys.location=/nowhere/private.jwks"))
        .containsExactly(
            "decryption.keys.location = /nowhere/private.jwks: cannot be used: there is no such"
                + " file");
    assertThat(problems("encryption.key.location=/nowhere/public.jwks"))
        .containsExactly(
            "encryption.key.location = /nowhere/public.jwks: cannot be used: there is no such"
                + " file");
    assertThat(problems("encryption.required=true"))
        .containsExactly(
            "encryption.required: is true without decryption.keys.location: every request would be"
                + " rejected");
  }

  @Test
  void aMistakeHasNoMistakesInItsTrain() {
    assertThat(problems("lanes=URGENT", "lane.x.topic=y", "lane.urgent.reserved=1")).hasSize(1);
    assertThat(problems("accounts=a,,b", "account.a.username=u", "default.account=a")).hasSize(1);
    assertThat(problems("max.in.flight=x", "lane.urgent.reserved=9000")).hasSize(1);
    assertThat(problems("api.request.timeout.ms=x", "api.connect.timeout.ms=3000000")).hasSize(1);
    assertThat(problems("api.allow.http=yes", "api.base.url=http://example.com")).hasSize(1);
    assertThat(problems("results.topic=?", "lane.urgent.topic=?")).hasSize(2);
  }

  @Test
  void aValueFromTheEnvironmentIsToldWithItsVariable() {
    assertThat(problems(Map.of("REVOKER_MAX_IN_FLIGHT", "x"), "max.in.flight=3"))
        .containsExactly(
            "max.in.flight = x (REVOKER_MAX_IN_FLIGHT): must be a whole number from 1 to 10000");
  }

  @Test
  void aValueNeverTakesMoreThanOneLine() {
    assertThat(problems("group.id=a\\nb\\u2028c"))
        .containsExactly(
            "group.id = a\\u000ab\\u2028c: must be 1 to 255 printable ASCII characters");
    assertThat(problems("max.in.flight=" + "9".repeat(5000)))
        .singleElement()
        .satisfies(line -> assertThat(line).hasSizeLessThan(250));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          max.inflight=3            | max.inflight: unknown key; did you mean max.in.flight?
          Max.In.Flight=3           | Max.In.Flight: unknown key; did you mean max.in.flight?
          lane.urgent.topc=x        | lane.urgent.topc: unknown key; did you mean lane.urgent.topic?
          max.poll.records=5        | max.poll.records: unknown key; did you mean consumer.max.poll.records?
          linger.ms=5               | linger.ms: unknown key; did you mean producer.linger.ms?
          consumer.max.pol.records=5 | consumer.max.pol.records: unknown key; did you mean consumer.max.poll.records?
          consumer.linger.ms=5      | consumer.linger.ms: unknown key; did you mean producer.linger.ms?
          producer.nonsense=5       | producer.nonsense: unknown key; Kafka has no such setting for this client
          sasl.nonsense=5           | sasl.nonsense: unknown key; Kafka has no such setting
          ssl.truststore.passwort=5 | ssl.truststore.passwort: unknown key; did you mean ssl.truststore.password?
          nonsense=5                | nonsense: unknown key; docs/CONFIGURATION.md lists all keys
          """)
  void anUnknownKeyIsToldWithTheOneThatWasMeant(String line, String problem) {
    assertThat(problems(line)).containsExactly(problem);
  }

  @Test
  void anUnknownVariableIsToldByItsName() {
    assertThat(problems(Map.of("REVOKER_API_BASEURL", "x", "REVOKER_FOO", "y")))
        .containsExactly(
            "REVOKER_API_BASEURL (api.baseurl): unknown key; did you mean REVOKER_API_BASE_URL?",
            "REVOKER_FOO (foo): unknown key; docs/CONFIGURATION.md lists all keys");
  }
}
