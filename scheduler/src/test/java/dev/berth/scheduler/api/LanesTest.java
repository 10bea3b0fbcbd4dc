package dev.berth.scheduler.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LanesTest {
  @Test
  void theNewestHandshakeIsServedFirstAndTheOldestIsForgottenWhenTooManyWait() {
    Runnable oldest = () -> {};
    Runnable older = () -> {};
    Runnable newest = () -> {};
    var waiting = new Lanes.NewestFirst(2);

    assertThat(waiting.offer(oldest)).isTrue();
    assertThat(waiting.offer(older)).isTrue();
    assertThat(waiting.offer(newest)).isTrue();

    assertThat(waiting).hasSize(2);
    assertThat(waiting.poll()).isSameAs(newest);
    assertThat(waiting.poll()).isSameAs(older);
    assertThat(waiting.poll()).isNull();
  }
}
