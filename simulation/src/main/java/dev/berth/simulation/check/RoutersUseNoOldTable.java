package dev.berth.simulation.check;

import dev.berth.router.table.RouteTable;
import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.Happening;
import java.util.HashMap;
import java.util.Map;

/** S15: while a router lives, its table goes to a newer epoch or version only. */
final class RoutersUseNoOldTable extends Invariant {
  private record Seen(int life, long epoch, long version) {}

  private final Map<String, Seen> seen = new HashMap<>();

  RoutersUseNoOldTable(Cluster cluster) {
    super(cluster);
  }

  @Override
  public void happened(Happening happening) {
    if (happening instanceof Happening.TableUsed(String router, RouteTable table)) {
      int life =
          cluster().routers().stream()
              .filter(it -> it.name().equals(router))
              .findFirst()
              .orElseThrow()
              .life();
      Seen before = seen.put(router, new Seen(life, table.epoch(), table.version()));
      require(
          before == null
              || before.life() != life
              || table.epoch() > before.epoch()
              || (table.epoch() == before.epoch() && table.version() >= before.version()),
          "%s went from %s to version %d of epoch %d",
          router,
          before,
          table.version(),
          table.epoch());
    }
  }
}
