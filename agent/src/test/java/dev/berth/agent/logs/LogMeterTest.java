package dev.berth.agent.logs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.agent.control.NodeView;
import dev.berth.agent.linux.NativeSyscalls;
import dev.berth.agent.order.Orders;
import dev.berth.agent.order.PlacementId;
import dev.berth.agent.order.SampleOrders;
import dev.berth.agent.order.Snapshot;
import dev.berth.agent.reconcile.Address;
import dev.berth.agent.reconcile.Phase;
import dev.berth.agent.reconcile.Placement;
import dev.berth.agent.runtime.FakeInstanceHost;
import dev.berth.agent.runtime.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class LogMeterTest {
  private static final PlacementId ID = new PlacementId(1);
  @TempDir private Path directory;

  @Test
  void aFloodIsCountedAndToldInTheLogOnce() throws Exception {
    var host = new FakeInstanceHost(directory);
    Path log = host.log(1, 1);
    Files.writeString(log, "2026-11-22T12:00:00.000000000+00:00 stdout F flood\n".repeat(100_000));
    host.write(new Output(log, Files.size(log)));
    InstantSource noon = InstantSource.fixed(Instant.parse("2026-11-22T12:00:00Z"));

    try (var files = new LogFiles(host, directory.resolve("kept"));
        var meter =
            new LogMeter(
                host,
                LogMeterTest::view,
                files,
                new LogMeter.Pace(noon, Duration.ofMillis(1)),
                new NativeSyscalls())) {
      while (meter.dropped() == 0 || sizeOf(files.platform(ID)) == 0) {
        Thread.onSpinWait();
      }

      assertThat(meter.dropped()).isEqualTo(Files.size(log) - 4 * 512 * 1024);
      assertThat(Files.readAllLines(files.platform(ID)))
          .singleElement()
          .asString()
          .endsWith("of output dropped in the last 10 s; the limit of this size is 512 KiB/s");
    }
  }

  private static long sizeOf(Path file) throws IOException {
    return Files.exists(file) ? Files.size(file) : 0;
  }

  private static NodeView view() {
    var running = new Phase.Running(new Address("10.88.0.2", 5000), Instant.EPOCH, 0, "");
    var placement = Placement.adopted(ID, 1, Instant.EPOCH, running, Instant.EPOCH);
    return new NodeView(
        Orders.restored(new Snapshot(1, 1, List.of(SampleOrders.run(1)))), Map.of(ID, placement));
  }
}
