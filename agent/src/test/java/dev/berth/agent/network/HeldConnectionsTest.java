package dev.berth.agent.network;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeldConnectionsTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 50, 128, 255})
  void aSmallLimitIsExact(int most) {
    assertThat(HeldConnections.atMost(most)).isEqualTo(new HeldConnections(1, most));
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 300, 384, 512, 2048, 4096, 1_000_000})
  void aLargerOneIsHeldInShortListsWithAQuarterToSpare(int most) {
    var held = HeldConnections.atMost(most);

    assertThat(held.each()).isLessThanOrEqualTo(320);
    assertThat(held.together()).isBetween(most, most + most / 4);
  }
}
