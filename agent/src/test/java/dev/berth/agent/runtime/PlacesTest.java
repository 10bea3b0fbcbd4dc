package dev.berth.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PlacesTest {
  @Test
  void aFreedPlaceIsUsedAgainAsLateAsPossible() {
    var places = new Places(3 + Places.FOR_CELLS);
    int first = places.take().orElseThrow();
    places.free(first);

    assertThat(places.take()).hasValue(2);
    assertThat(places.take()).hasValue(3);
    assertThat(places.take()).hasValue(first);
    assertThat(places.take()).isEmpty();
  }

  @Test
  void aFullNodeCanStillBeVerified() {
    var places = new Places(1 + Places.FOR_CELLS);
    places.take();

    assertThat(places.take()).isEmpty();
    assertThat(places.takeForCell()).hasValue(2);
    assertThat(places.takeForCell()).hasValue(3);
    assertThat(places.takeForCell()).isEmpty();
  }

  @Test
  void aPlaceOfTheLedgerIsNotGivenAway() {
    var places = new Places(2 + Places.FOR_CELLS);
    places.keep(1);

    assertThat(places.take()).hasValue(2);
    assertThat(places.take()).isEmpty();
  }
}
