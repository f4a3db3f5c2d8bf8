package dev.revoker.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.message.Fingerprints;
import dev.revoker.model.Outcome;
import dev.revoker.model.Result;
import dev.revoker.model.Result.KeyState;
import dev.revoker.model.Secret;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No request can have a protected key removed. */
class ProtectedKeyTest {
  private static final Secret FINGERPRINT_SECRET = Secret.of("a secret of 16 ch");
  private static final String NAMED = "feedfeedfeed0001";
  private static final String NAMED_BY_HMAC = "feedfeedfeed0002";

  private static Rig rig() {
    return new Rig(
        new Settings()
            .fingerprintSecret(FINGERPRINT_SECRET)
            .protectedFingerprints(
                new Fingerprints(null).of(Secret.of(NAMED)),
                new Fingerprints(FINGERPRINT_SECRET).of(Secret.of(NAMED_BY_HMAC))));
  }

  static Stream<Ask> requests() {
    return Stream.of(Settings.OTHERS_KEY, NAMED, NAMED_BY_HMAC)
        .flatMap(key -> Stream.of(key, key.toUpperCase(Locale.ROOT)))
        .flatMap(
            key ->
                Stream.of(
                    Ask.in("urgent").key(key),
                    Ask.in("standard").key(key),
                    Ask.in("standard").key(key).of("acme"),
                    Ask.in("standard").key(key).of("other"),
                    Ask.in("urgent").key(key).token("0e11")));
  }

  @ParameterizedTest
  @MethodSource("requests")
  void aProtectedKeyIsRefusedWithoutACall(Ask ask) {
    Rig rig = rig();
    Result result = rig.ask(ask).result();
    assertThat(result.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(result.keyState()).isEqualTo(KeyState.ASSUMED_ACTIVE);
    assertThat(result.error().type()).isEqualTo("PROTECTED_KEY");
    assertThat(result.attempts()).isZero();
    assertThat(rig.api.calls).isEmpty();
    assertThat(rig.protectedKeys).containsExactly(ask.lane());
    assertThat(rig.time.timersSet()).isZero();
    assertThat(rig.bugs).isEmpty();
  }

  @Test
  void aProtectedKeyIsRefusedDuringAnOutageAndAHoldToo() {
    Rig rig = rig();
    rig.breakApi();
    assertThat(rig.ask(Ask.in("urgent").key(NAMED)).outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(rig.dispatcher.waiting("urgent")).isZero();
  }

  @Test
  void theKeyOfAnAccountIsProtectedWithoutAnySetting() {
    Rig rig = Rig.withDefaults();
    assertThat(rig.ask(Ask.in("urgent").key(Settings.OTHERS_KEY)).outcome())
        .isEqualTo(Outcome.REFUSED);
  }

  @Test
  void otherKeysAreNotProtected() {
    Rig rig = rig();
    rig.ask(Ask.in("urgent").key(NAMED + "0"));
    rig.ask(Ask.in("urgent").key("0" + Settings.OTHERS_KEY));
    assertThat(rig.api.open()).hasSize(2);
    assertThat(rig.protectedKeys).isEmpty();
  }
}
