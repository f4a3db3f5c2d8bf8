package dev.revoker.config;

import static dev.revoker.config.Loading.config;
import static dev.revoker.config.Loading.problems;
import static dev.revoker.config.Loading.valid;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Credentials;
import dev.revoker.model.Secret;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An account has exactly one kind of credentials. */
class AccountsTest {
  @Test
  void eachKindIsRead() {
    Config config =
        config(
            "accounts=a, b-b ,C_c",
            "account.a.username=me@example.com",
            "account.a.password=p w=:#",
            "account.b-b.username=you",
            "account.b-b.securekey=abcd",
            "account.C_c.api.token=ef01");

    assertThat(config.accounts())
        .containsExactly(
            Map.entry("a", new Credentials.Password("me@example.com", Secret.of("p w=:#"))),
            Map.entry("b-b", new Credentials.SecureKey("you", Secret.of("abcd"))),
            Map.entry("C_c", new Credentials.ApiToken(Secret.of("ef01"))));
    assertThat(config.defaultAccount()).isNull();
  }

  @Test
  void theOnlyAccountIsTheDefault() {
    assertThat(config("accounts=a", "account.a.api.token=ef01").defaultAccount()).isEqualTo("a");
    assertThat(
            config(
                    "accounts=a,b",
                    "account.a.api.token=ef01",
                    "account.b.api.token=ef01",
                    "default.account=b")
                .defaultAccount())
        .isEqualTo("b");
  }

  @Test
  void anyMeansEveryAccountInTheOrderOfTheFile() {
    Config config =
        config(
            "accounts=z,a,m",
            "account.a.api.token=ef01",
            "account.m.api.token=ef01",
            "account.z.api.token=ef01",
            "default.account=any");
    assertThat(config.defaultAccount()).isEqualTo(Config.ANY_ACCOUNT);
    assertThat(config.accounts().keySet()).containsExactly("z", "a", "m");
  }

  @Test
  void noAccountMayBeCalledAny() {
    assertThat(
            problems(
                "accounts=a,any",
                "account.a.api.token=ef01",
                "account.any.api.token=ef01",
                "default.account=any"))
        .singleElement()
        .asString()
        .startsWith("accounts = a,any")
        .contains("no account may be called any");
  }

  @Test
  void noAccountIsLegalButWarnedOf() {
    Loaded.Valid valid = valid();

    assertThat(valid.config().accounts()).isEmpty();
    assertThat(valid.config().defaultAccount()).isNull();
    assertThat(valid.warnings())
        .containsExactly(
            "accounts: no account is configured, so only requests with an api_token can succeed");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                             | account.a.username is missing
          username=u                     | account.a.password is missing
          password=p                     | account.a.username is missing
          securekey=p                    | account.a.username is missing
          username=u password=p securekey=s | account.a.password cannot be combined with a securekey
          api.token=t username=u         | account.a.api.token cannot be combined with other credentials
          api.token=t username=u password=p | account.a.api.token cannot be combined with other credentials
          """)
  void anotherMixtureIsRefusedInOneLine(String credentials, String problem) {
    StringBuilder lines = new StringBuilder("accounts=a");
    for (String one : credentials.split(" ", -1)) {
      lines.append(one.isEmpty() ? "" : "\naccount.a." + one);
    }

    assertThat(problems(lines.toString()))
        .containsExactly(
            problem
                + ": an account has a username with either a password or a securekey, or an"
                + " api.token alone");
  }

  @Test
  void anAccountThatIsNotListedIsOneMistake() {
    assertThat(
            problems(
                "accounts=a",
                "account.a.api.token=t",
                "account.b.username=u",
                "account.b.password=CANARY"))
        .containsExactly("account.b.username = u: names no account of accounts (a)");
    assertThat(problems("account.b.api.token=CANARY"))
        .containsExactly("account.b.api.token = ***: names no account of accounts (none)");
  }

  @Test
  void whatIsSentAsAHeaderFitsOne() {
    String header =
        "must be printable ASCII without blanks at either end, because it is sent as an HTTP"
            + " header";
    assertThat(
            problems(
                Map.of("REVOKER_ACCOUNT_C_API_TOKEN", "CANARY\n"),
                "accounts=a,b,c",
                "account.a.username=u\\r\\nx-evil: 1",
                "account.a.password=CANARY ",
                "account.b.username=ü",
                "account.b.securekey=CANARY\\u0000"))
        .containsExactly(
            "account.a.username = u\\u000d\\u000ax-evil: 1: " + header,
            "account.a.password = ***: " + header,
            "account.b.username = ü: " + header,
            "account.b.securekey = ***: " + header,
            "account.c.api.token = *** (REVOKER_ACCOUNT_C_API_TOKEN): " + header);
  }
}
