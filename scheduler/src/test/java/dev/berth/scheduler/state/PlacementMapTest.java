package dev.berth.scheduler.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlacementMapTest {
  @ParameterizedTest
  @ValueSource(longs = {40, 2_000, 100_000, Long.MAX_VALUE})
  void holdsWhatAnyOtherMapWouldHoldInTheSameOrder(long highest) {
    RandomGenerator random = new Random(highest);
    Map<PlacementId, String> plain = new TreeMap<>();
    PlacementMap<String> map = PlacementMap.empty();

    for (int step = 0; step < 3_000; step++) {
      PlacementId id = anId(random, highest, map);
      if (random.nextInt(3) == 0) {
        plain.remove(id);
        map = map.minus(id);
      } else {
        plain.put(id, "value " + step);
        map = map.plus(id, "value " + step);
      }
      assertThat(map.get(id)).isEqualTo(plain.get(id));
      assertThat(map).hasSize(plain.size());
    }

    assertThat(map).isEqualTo(plain).hasSameHashCodeAs(plain);
    assertThat(List.copyOf(map.keySet())).isEqualTo(List.copyOf(plain.keySet()));
    assertThat(List.copyOf(map.values())).isEqualTo(List.copyOf(plain.values()));
    assertThat(List.copyOf(map.entrySet())).isEqualTo(List.copyOf(plain.entrySet()));
  }

  /** Often one that is there already. */
  private static PlacementId anId(RandomGenerator random, long highest, PlacementMap<String> map) {
    if (!map.isEmpty() && random.nextBoolean()) {
      return map.keySet().stream()
          .skip(random.nextInt(Math.min(map.size(), 20)))
          .findFirst()
          .orElseThrow();
    }
    return new PlacementId(1 + random.nextLong(highest));
  }

  @Test
  void aChangedOneLeavesTheOtherAsItWas() {
    List<PlacementMap<Integer>> all = new ArrayList<>(List.of(PlacementMap.<Integer>empty()));
    for (int number = 1; number <= 200; number++) {
      all.add(all.getLast().plus(new PlacementId(number), number));
    }

    PlacementMap<Integer> without = all.getLast().minus(new PlacementId(50));

    assertThat(without).hasSize(199).doesNotContainKey(new PlacementId(50));
    for (int size = 0; size <= 200; size++) {
      assertThat(all.get(size)).hasSize(size);
      assertThat(all.get(size).containsKey(new PlacementId(size + 1))).isFalse();
    }
  }

  @Test
  void whatChangesNothingIsTheSameObject() {
    PlacementMap<String> map = PlacementMap.<String>empty().plus(new PlacementId(7), "seven");

    assertThat(map.plus(new PlacementId(7), "seven")).isSameAs(map);
    assertThat(map.minus(new PlacementId(8))).isSameAs(map);
    assertThat(map.minus(new PlacementId(7))).isEmpty();
  }

  @Test
  void hasNothingAfterTheLast() {
    PlacementMap<String> map = PlacementMap.<String>empty().plus(new PlacementId(1), "one");
    var values = map.values().iterator();

    assertThat(values.next()).isEqualTo("one");
    assertThatThrownBy(values::next).isInstanceOf(NoSuchElementException.class);
  }
}
