package dev.berth.agent.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.agent.oom.MemoryKills;
import dev.berth.agent.order.Orders;
import dev.berth.agent.order.PlacementId;
import dev.berth.agent.reconcile.Address;
import dev.berth.agent.reconcile.Oom;
import dev.berth.agent.reconcile.Phase;
import dev.berth.agent.reconcile.Placement;
import dev.berth.agent.reconcile.Report;
import dev.berth.agent.runtime.FakeInstanceHost;
import dev.berth.agent.runtime.Kept;
import dev.berth.agent.runtime.Usage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CounterPollTest {
  private static final PlacementId ID = new PlacementId(1);
  private final BlockingQueue<Input.Heard> heard = new LinkedBlockingQueue<>();
  @TempDir private Path directory;

  @Test
  void countersThatMoveAreToldOnce() throws InterruptedException {
    var host = new FakeInstanceHost(directory);
    host.leave(new Kept.Running(1, 1, "10.88.0.2", 5000, 4711, 0));
    try (var _ = new CounterPoll(host, this::view, heard::add, Duration.ofMillis(2))) {
      assertThat(heard.poll(50, TimeUnit.MILLISECONDS)).isNull();

      host.use(new Usage(1, 0, 0, 0, 0, 0, 0, 32, MemoryKills.NONE, 3));

      assertThat(heard.poll(10, TimeUnit.SECONDS))
          .isEqualTo(new Input.Heard(ID, 1, new Report.Counted(Oom.NONE, 3)));
      assertThat(heard.poll(50, TimeUnit.MILLISECONDS)).isNull();
    }
  }

  private NodeView view() {
    var running = new Phase.Running(new Address("10.88.0.2", 5000), Instant.EPOCH, 0, "");
    var placement = Placement.adopted(ID, 1, Instant.EPOCH, running, Instant.EPOCH);
    return new NodeView(Orders.none(), Map.of(ID, placement));
  }
}
