package dev.revoker.submit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The labels that a batch adds to its requests. */
class SubmitBatchTest {
  /** The redactor finds a key as decimal numbers too: c is 99. */
  @Test
  void aKeyOfEqualDigitsIsNoPartOfTheLabels() {
    for (char digit : "0123456789abcdef".toCharArray()) {
      Trial trial = Trial.of(Trial.KEY + "\n" + String.valueOf(digit).repeat(32) + "\n");
      assertThat(trial.bad()).isEmpty();
      assertThat(trial.done).as(trial.printed()).isTrue();
    }
  }
}
