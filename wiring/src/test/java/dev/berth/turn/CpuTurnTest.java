package dev.berth.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class CpuTurnTest {
  private static long ofNewThread(boolean shortened) throws Exception {
    var task =
        new FutureTask<>(() -> {
          assertThat(!shortened || CpuTurn.shortenOwn()).isTrue();
          return CpuTurn.nanos(0);
        });
    Thread.ofPlatform().start(task);
    return task.get();
  }

  @Test
  void aThreadTakesTheShortestTurnForItselfAlone() throws Exception {
    long usual = ofNewThread(false);
    assumeTrue(usual > 0, "this kernel has one turn for all");

    long shortened = ofNewThread(true);

    assertThat(shortened).isEqualTo(CpuTurn.SHORTEST_NANOS).isLessThan(usual);
    assertThat(ofNewThread(false)).isEqualTo(usual);
  }

  @Test
  void aThreadThatIsGoneHasNoTurn() {
    long nobody = Integer.MAX_VALUE;

    assertThat(CpuTurn.shorten(nobody)).isFalse();
    assertThat(CpuTurn.nanos(nobody)).isZero();
  }
}
