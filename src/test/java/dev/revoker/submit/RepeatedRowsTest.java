package dev.revoker.submit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.message.Fingerprints;
import dev.revoker.model.Secret;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Which rows repeat the key of an earlier row. */
class RepeatedRowsTest {
  private static final int ROWS = 5_000;

  @Test
  void everyRepeatedRowIsFoundAndNoOther() {
    Random random = new Random(7);
    Fingerprints fingerprints = new Fingerprints(null);
    KeyFingerprintIndex keys = new KeyFingerprintIndex();
    Map<String, Integer> firsts = new HashMap<>();
    int[] expected = new int[ROWS + 1];
    int count = 0;
    for (int row = 1; row <= ROWS; row++) {
      if (random.nextInt(10) > 0) { // the other rows are not valid and have no key
        String key = fingerprints.of(Secret.of("%08x".formatted(random.nextInt(ROWS))));
        keys.note(row, key);
        Integer first = firsts.putIfAbsent(key, row);
        expected[row] = first == null ? 0 : first;
        count += first == null ? 0 : 1;
      }
    }
    RepeatedRows repeated = RepeatedRows.of(keys, ROWS);
    for (int row = 1; row <= ROWS; row++) {
      assertThat(repeated.firstOf(row)).as("row " + row).isEqualTo(expected[row]);
    }
    assertThat(repeated.count()).isEqualTo(count).isPositive();
  }

  @Test
  void differentKeysAreNotRepeated() {
    assertThat(RepeatedRows.of(new KeyFingerprintIndex(), 3).count()).isZero();
  }
}
