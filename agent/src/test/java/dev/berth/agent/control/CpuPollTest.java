package dev.berth.agent.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.agent.oom.MemoryKills;
import dev.berth.agent.order.Orders;
import dev.berth.agent.order.PlacementId;
import dev.berth.agent.reconcile.Address;
import dev.berth.agent.reconcile.Phase;
import dev.berth.agent.reconcile.Placement;
import dev.berth.agent.runtime.FakeInstanceHost;
import dev.berth.agent.runtime.Kept;
import dev.berth.agent.runtime.Usage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CpuPollTest {
  private static final PlacementId ID = new PlacementId(1);
  private final AtomicLong seconds = new AtomicLong();
  private final BlockingQueue<Map<Long, Integer>> told = new LinkedBlockingQueue<>();
  @TempDir private Path directory;

  /** By a clock on which a second passes from each look to the next. */
  @Test
  void theCpuUsedSinceTheLastLookIsToldInThousandths() throws InterruptedException {
    var host = new FakeInstanceHost(directory);
    host.leave(new Kept.Running(1, 1, "10.88.0.2", 5000, 4711, 0));
    host.use(used(1_000_000));
    var watched =
        new CpuPoll.Watched(
            host,
            this::view,
            () -> Instant.ofEpochSecond(seconds.incrementAndGet()),
            Duration.ofMillis(2));
    try (var _ = new CpuPoll(watched, told::add)) {
      assertThat(told.take()).isEqualTo(Map.of(1L, 0));

      host.use(used(1_250_000));

      Map<Long, Integer> next = told.take();
      while (next.equals(Map.of(1L, 0))) {
        next = told.take();
      }
      assertThat(next).isEqualTo(Map.of(1L, 250));
    }
  }

  private static Usage used(long cpuMicros) {
    return new Usage(cpuMicros, 0, 0, 0, 0, 0, 0, 1, MemoryKills.NONE, 0);
  }

  private NodeView view() {
    var running = new Phase.Running(new Address("10.88.0.2", 5000), Instant.EPOCH, 0, "");
    var placement = Placement.adopted(ID, 1, Instant.EPOCH, running, Instant.EPOCH);
    return new NodeView(Orders.none(), Map.of(ID, placement));
  }
}
