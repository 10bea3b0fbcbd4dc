package dev.berth.router.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.turn.CpuTurn;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class TransportTest {
  @Test
  void anEventLoopHasTheShortestTurn() {
    assumeTrue(CpuTurn.nanos(0) > 0, "this kernel has one turn for all");
    var seen = new CompletableFuture<Long>();

    Transport.threads().newThread(() -> seen.complete(CpuTurn.nanos(0))).start();

    assertThat(seen.join()).isEqualTo(CpuTurn.SHORTEST_NANOS);
  }
}
