package dev.berth.agent.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdRangeTest {
  /** The host's own, those that overlap others, and those that would wrap at 32 bits. */
  @ParameterizedTest
  @ValueSource(
      longs = {
        Long.MIN_VALUE,
        -65_536,
        -1,
        0,
        1000,
        65_537,
        2_147_483_647,
        4_294_901_760L,
        4_294_967_295L,
        4_294_967_296L,
        4_295_032_832L,
        Long.MAX_VALUE
      })
  void aRangeThatIsNoneIsRefused(long first) {
    assertThatThrownBy(() -> new IdRange(first))
        .hasMessageContaining("multiple of 65536 below 2^32")
        .hasMessageContaining("" + first);
  }

  @Test
  void idsAboveTwoToThe31AreNotNegative() {
    assertThat(new IdRange(2_147_483_648L).host(IdRange.APP_USER)).isEqualTo(2_147_484_648L);
  }
}
