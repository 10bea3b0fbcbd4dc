package dev.berth.scheduler.routes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.state.Actual.RouterActual;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.ProcessTypeId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.pcollections.TreePMap;

class RouteDeltaTest {
  private static final ProcessTypeId WEB = new ProcessTypeId(AppId.of("acme", "shop"), "web");
  private static final Pool EMPTY = new Pool(WEB, List.of(), Pool.Emptiness.BOOTING);

  @Test
  void twoStepsAsOneLeadToTheSameTable() {
    var put = new RouteDelta(1, 2, List.of(EMPTY), List.of(), Map.of("a.b", WEB), List.of());
    var removed = new RouteDelta(2, 3, List.of(), List.of(WEB), Map.of(), List.of("a.b"));

    assertThat(put.then(removed))
        .isEqualTo(new RouteDelta(1, 3, List.of(), List.of(WEB), Map.of(), List.of("a.b")));
    assertThat(removed.then(new RouteDelta(3, 4, List.of(EMPTY), List.of(), Map.of(), List.of())))
        .isEqualTo(new RouteDelta(2, 4, List.of(EMPTY), List.of(), Map.of(), List.of("a.b")));
  }

  @Test
  void anInstanceIsRoutedAndGoneWhenEveryRouterServesThatVersion() {
    var id = new PlacementId(1);
    var route = new Route(id, 1, "10.0.0.1", 5000, new InstanceId(WEB, 1));
    var full = new Pool(WEB, List.of(route), Pool.Emptiness.NOT_EMPTY);
    var before = RouteTable.EMPTY;
    var after =
        new RouteTable(2, TreePMap.singleton(WEB, full), TreePMap.empty(), TreePMap.empty());

    Progress added =
        Progress.NONE.after(
            before, new RouteDelta(1, 2, List.of(full), List.of(), Map.of(), List.of()));
    assertThat(added.isRouted(id, routers(2, 2))).isTrue();
    assertThat(added.isRouted(id, routers(2, 1))).isFalse();

    Progress gone =
        added.after(after, new RouteDelta(2, 3, List.of(EMPTY), List.of(), Map.of(), List.of()));
    assertThat(gone.isGone(id, routers(3, 2))).isFalse();
    assertThat(gone.isGone(id, routers(3, 3))).isTrue();
  }

  private static List<RouterActual> routers(long first, long second) {
    return List.of(
        new RouterActual(1, true, Instant.EPOCH, first),
        new RouterActual(2, true, Instant.EPOCH, second));
  }
}
