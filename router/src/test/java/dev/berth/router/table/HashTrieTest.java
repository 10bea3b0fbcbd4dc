package dev.berth.router.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HashTrieTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void itBehavesLikeAMapAndLeavesItsPastAlone(long seed) {
    Random random = new Random(seed);
    Map<String, Integer> model = new HashMap<>();
    HashTrie<Integer> trie = HashTrie.empty();
    for (int step = 0; step < 20_000; step++) {
      String key = key(random.nextInt(3_000));
      HashTrie<Integer> before = trie;
      Integer was = model.get(key);
      if (random.nextInt(3) == 0) {
        trie = trie.without(key);
        model.remove(key);
      } else {
        trie = trie.with(key, step);
        model.put(key, step);
      }
      assertThat(before.find(key)).isEqualTo(was);
      assertThat(trie.find(key)).isEqualTo(model.get(key));
      assertThat(trie.size()).isEqualTo(model.size());
    }

    Map<String, Integer> all = new HashMap<>();
    trie.forEach(all::put);
    assertThat(all).isEqualTo(model);
  }

  /** Some keys share their hash: "Aa" and "BB" have the same one. */
  private static String key(int number) {
    return Integer.toString(number / 4) + (number % 2 == 0 ? "Aa" : "BB") + (number % 4 / 2);
  }

  @Test
  void keysOfOneHashLiveSideBySide() {
    HashTrie<Integer> trie =
        HashTrie.<Integer>empty().with("AaAa", 1).with("BBBB", 2).with("AaBB", 3);

    assertThat(trie.find("AaAa")).isEqualTo(1);
    assertThat(trie.find("BBAa")).isNull();
    assertThat(trie.without("BBBB").find("AaBB")).isEqualTo(3);
    assertThat(trie.without("BBBB").find("BBBB")).isNull();
    assertThat(trie.without("AaAa").without("BBBB").without("AaBB").size()).isZero();
  }
}
