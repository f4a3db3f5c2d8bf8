package dev.revoker.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.memory.RevokedKeyIndex.Position;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RevokedKeyIndexTest {
  private final SplittableRandom random = new SplittableRandom(7);

  @Test
  void aKeyCostsAtMost24BytesAtAnyFill() {
    RevokedKeyIndex index = new RevokedKeyIndex(1_000_000);
    double most = 0;
    for (int keys = 1; keys <= 1_000_000; keys++) {
      index.add(random.nextLong(), new Position(3, keys));
      if (keys == 20_000 || keys % 49_999 == 0 || keys == 1_000_000) {
        most = Math.max(most, (double) bytes(index) / keys);
      }
    }
    System.out.printf("RevokedKeyIndex: at most %.1f bytes a key%n", most);
    assertThat(most).isLessThanOrEqualTo(24);
  }

  @Test
  void beyondTheBoundTheOldestKeysAreDropped() {
    RevokedKeyIndex index = new RevokedKeyIndex(100_000);
    long[] hashes = random.longs(250_000).toArray();
    for (int i = 0; i < hashes.length; i++) {
      index.add(hashes[i], new Position(0, i));
      assertThat(index.size()).isLessThanOrEqualTo(100_000);
    }

    for (int i = 0; i < 150_000; i++) {
      assertThat(index.positions(hashes[i])).isEmpty();
    }
    // At the bound one table is dropped as a whole.
    for (int i = 154_000; i < hashes.length; i++) {
      assertThat(index.positions(hashes[i])).containsExactly(new Position(0, i));
    }
  }

  @Test
  void asManyKeysAsAllowedAreAllRemembered() {
    for (int max : new int[] {1, 2, 15, 16, 17, 1000}) {
      RevokedKeyIndex index = new RevokedKeyIndex(max);
      long[] hashes = random.longs(max).toArray();
      for (int i = 0; i < max; i++) {
        index.add(hashes[i], new Position(0, i));
      }
      for (int i = 0; i < max; i++) {
        assertThat(index.positions(hashes[i])).containsExactly(new Position(0, i));
      }
    }
  }

  @Test
  void keysThatShareAHashHaveAllTheirPositionsTheNewestFirst() {
    RevokedKeyIndex index = new RevokedKeyIndex(16);
    index.add(5, new Position(0, 1));
    index.add(5, new Position(1, 2));
    index.add(6, new Position(2, 3));

    assertThat(index.positions(5)).containsExactly(new Position(1, 2), new Position(0, 1));
  }

  @Test
  void theLargestPositionSurvivesAndALargerOneIsLeftOut() {
    RevokedKeyIndex index = new RevokedKeyIndex(16);
    Position largest = new Position((1 << 19) - 1, (1L << 44) - 1);
    index.add(-1, largest);
    assertThat(index.positions(-1)).containsExactly(largest);

    assertThat(index.add(2, new Position(0, 1L << 44))).isFalse();
    assertThat(index.add(2, new Position(1 << 19, 0))).isFalse();
    assertThat(index.positions(2)).isEmpty();
  }

  /** Arrays and objects that only the index refers to, as a 64-bit JVM lays them out. */
  private static long bytes(Object root) {
    Map<Object, Boolean> seen = new IdentityHashMap<>();
    return bytes(root, seen);
  }

  private static long bytes(Object object, Map<Object, Boolean> seen) {
    if (object == null || seen.put(object, true) != null) {
      return 0;
    }
    Class<?> type = object.getClass();
    if (type.isArray()) {
      long total = 16L + (long) Array.getLength(object) * (type == long[].class ? 8 : 4);
      if (object instanceof Object[] elements) {
        for (Object element : elements) {
          total += bytes(element, seen);
        }
      }
      return total;
    }
    long total = 16;
    for (Class<?> at = type; at != Object.class; at = at.getSuperclass()) {
      for (Field field : at.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers())) {
          total += 8;
          if (!field.getType().isPrimitive() && at.getPackageName().startsWith("java.")) {
            total += bytes(elements(object), seen);
          } else if (!field.getType().isPrimitive()) {
            total += bytes(value(field, object), seen);
          }
        }
      }
    }
    return total;
  }

  private static Object[] elements(Object object) {
    return object instanceof java.util.Collection<?> all ? all.toArray() : null;
  }

  private static Object value(Field field, Object object) {
    try {
      field.setAccessible(true);
      return field.get(object);
    } catch (IllegalAccessException closed) {
      throw new AssertionError(closed);
    }
  }
}
