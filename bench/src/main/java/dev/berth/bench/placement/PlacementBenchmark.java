package dev.berth.bench.placement;

import dev.berth.bench.figures.Report;
import dev.berth.bench.figures.Row;
import dev.berth.bench.figures.Samples;
import dev.berth.bench.measure.Benchmark;
import dev.berth.scheduler.placement.Need;
import dev.berth.scheduler.placement.NodeIndex;
import dev.berth.scheduler.placement.Placer;
import dev.berth.scheduler.placement.SpreadPlacer;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.NodePools;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Size;
import dev.berth.scheduler.state.Sizes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * A million instances onto 10,000 nodes on one thread: chosen with spread over zones, racks and
 * nodes, and booked in every resource; and the same beside Netflix Fenzo, on fewer.
 */
public final class PlacementBenchmark implements Benchmark {
  private static final int NODES = 10_000;
  private static final int INSTANCES = 1_000_000;
  private static final int WARM_UP = 200_000;
  private static final int FENZO_INSTANCES = 2000;
  private static final int FENZO_BATCH = 100;
  private static final Capacity NODE = new Capacity(32_768, 16_000, 65_536, 262_144, 1000);
  private static final List<Size> SIZES = List.of(Sizes.NANO, Sizes.MICRO, Sizes.SMALL);

  private final LongSupplier nanoTime;

  public PlacementBenchmark(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  @Override
  public Report run() {
    List<Row> rows = new ArrayList<>();
    for (Books books : Books.values()) {
      place(1000, WARM_UP, true, books);
      place(1, WARM_UP, false, books);
    }
    double berth = 0;
    for (boolean zoned : new boolean[] {true, false}) {
      for (int group : new int[] {1000, 100, 10, 1}) {
        Row row = place(group, INSTANCES, zoned, Books.INDEX);
        rows.add(row);
        berth =
            group == FENZO_BATCH && !zoned
                ? row.figures().getOrDefault("placements/s", 0.0)
                : berth;
      }
    }
    rows.add(place(1000, INSTANCES, true, Books.INDEX_AND_STATE));
    double fenzo = fenzo(rows);
    rows.add(Row.of("berth / Fenzo, groups of " + FENZO_BATCH, "placements/s", berth / fenzo));
    return new Report(
        "placement",
        "%,d nodes, %,d instances, one thread; zones: 3 with 84 racks each"
            .formatted(NODES, INSTANCES),
        rows);
  }

  private enum Books {
    INDEX,
    INDEX_AND_STATE
  }

  private Row place(int group, int instances, boolean zoned, Books books) {
    var index = new NodeIndex(NodePools.STANDARD);
    for (int node = 0; node < NODES; node++) {
      String[] labels =
          zoned
              ? new String[] {"zone", "z" + node % 3, "rack", "r" + node / 3 % 84}
              : new String[0];
      TestNodes.add(index, node, NODE, labels);
    }
    ClusterState state = ClusterState.empty();
    var placer = new SpreadPlacer();
    List<Duration> took = new ArrayList<>();
    long sum = 0;
    for (int from = 0; from < instances; from += group) {
      int number = from / group;
      Size size = SIZES.get(number % SIZES.size());
      var type = new ProcessTypeId(AppId.of("bench", "app-" + number), "web");
      long began = nanoTime.getAsLong();
      var need = Need.of(ClusterState.empty(), type, size);
      Placer.Answer answer = placer.place(Placer.Group.of(type, need, group), index);
      for (int at = 0; at < group; at++) {
        NodeId node = answer.nodes().get(at).orElseThrow();
        Placement placement = placement(from + at + 1, new InstanceId(type, at + 1), node, size);
        index.put(null, placement);
        if (books == Books.INDEX_AND_STATE) {
          state = state.after(new Change.PutPlacement(placement));
        }
      }
      long nanos = nanoTime.getAsLong() - began;
      took.add(Duration.ofNanos(nanos));
      sum += nanos;
    }
    Samples samples = Samples.of(took);
    String what =
        (zoned ? "zones, groups of " : "one zone, groups of ")
            + group
            + (books == Books.INDEX ? "" : ", with cluster state");
    return Row.of(what, "placements/s", instances / (sum / 1e9))
        .and("p50 us/group", samples.percentileMillis(0.5) * 1000)
        .and("p99 us/group", samples.percentileMillis(0.99) * 1000);
  }

  private static Placement placement(int id, InstanceId instance, NodeId node, Size size) {
    return new Placement(
        new PlacementId(id),
        instance,
        node,
        new Placement.Wanted(1, "debian-12", 1, size.name(), 0),
        Placement.Intent.RUN,
        Instant.EPOCH);
  }

  private double fenzo(List<Row> rows) {
    try (var fenzo = new FenzoBar(nanoTime, Collections.nCopies(NODES, NODE))) {
      List<Duration> took = new ArrayList<>();
      long sum = 0;
      fenzo.place("warm-up", FENZO_BATCH, SIZES.getFirst().booked());
      for (int group = 0; group < FENZO_INSTANCES / FENZO_BATCH; group++) {
        Capacity request = SIZES.get(group % SIZES.size()).booked();
        long nanos = fenzo.place("app-" + group, FENZO_BATCH, request);
        took.add(Duration.ofNanos(nanos));
        sum += nanos;
      }
      double rate = FENZO_INSTANCES / (sum / 1e9);
      Samples samples = Samples.of(took);
      rows.add(
          Row.of("Fenzo, one zone, groups of " + FENZO_BATCH, "placements/s", rate)
              .and("p50 us/group", samples.percentileMillis(0.5) * 1000)
              .and("p99 us/group", samples.percentileMillis(0.99) * 1000));
      return rate;
    }
  }
}
