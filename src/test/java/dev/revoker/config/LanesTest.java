package dev.revoker.config;

import static dev.revoker.config.Loading.config;
import static dev.revoker.config.Loading.problems;
import static dev.revoker.config.Loading.valid;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lanes, most urgent first, with their topics and shares. */
class LanesTest {
  @Test
  void twoLanesByDefault() {
    assertThat(config().lanes())
        .containsExactly(
            new Config.Lane("urgent", "key-revocations.urgent", 16),
            new Config.Lane("standard", "key-revocations", 0));
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "2, 1", "7, 1", "8, 2", "64, 16", "10000, 2500"})
  void aQuarterIsForTheFirstOfSeveral(int maxInFlight, int reserved) {
    assertThat(config("max.in.flight=" + maxInFlight).lanes())
        .extracting(Config.Lane::reserved)
        .containsExactly(reserved, 0);
  }

  @Test
  void aSingleLaneReservesNothing() {
    assertThat(config("lanes=standard").lanes())
        .containsExactly(new Config.Lane("standard", "key-revocations", 0));
  }

  @Test
  void lanesOfOnesOwn() {
    Loaded.Valid valid =
        valid(
            "lanes= now, soon , later",
            "lane.now.topic=a",
            "lane.soon.topic=b",
            "lane.soon.reserved=47",
            "lane.later.topic=c");

    assertThat(valid.config().lanes())
        .containsExactly(
            new Config.Lane("now", "a", 16),
            new Config.Lane("soon", "b", 47),
            new Config.Lane("later", "c", 0));
    assertThat(problems("lanes=urgent,now,standard", "lane.now.topic=x", "lane.now.reserved=48"))
        .containsExactly(
            "lane.now.reserved = 48: leaves lane standard no slot: all reserved slots together"
                + " must be less than max.in.flight (64, the default)");
  }

  @Test
  void aShareOfTheLastLaneIsWarnedOf() {
    assertThat(valid("lane.standard.reserved=5").warnings())
        .contains(
            "lane.standard.reserved: has no effect, because no lane is less urgent than standard");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a,", "a,a", "A", "a b", "-a", "a.b", ",", "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q"})
  void otherNamesAreRefused(String lanes) {
    assertThat(problems("lanes=" + lanes))
        .singleElement()
        .asString()
        .startsWith("lanes = " + lanes + ": must be 1 to 16 different names");
  }
}
