package dev.berth.scheduler.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.NodePools;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.store.Store;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pcollections.TreePMap;

class SweepTest {
  private static final Instant START = Instant.EPOCH;
  private static final NodeId NODE = new NodeId("node-1");

  @Test
  void aSmallClusterIsLookedAtAsAWholeEveryTenSeconds() {
    Working working = working(3, 10);
    var sweep = new Sweep(working, START);

    sweep.look(START);
    assertThat(working.takeTouched()).hasSize(3);
    sweep.look(START.plusSeconds(9));
    assertThat(working.takeTouched()).isEmpty();
    sweep.look(START.plusSeconds(10));
    assertThat(working.takeTouched()).hasSize(3);
  }

  @Test
  void aLargeOneIsLookedAtAPartAtATimeUntilAllOfItWas() {
    Working working = working(3, Sweep.MAX_AT_ONCE * 3 / 5);
    var sweep = new Sweep(working, START);

    List<ProcessTypeId> touched = new ArrayList<>();
    sweep.look(START);
    touched.addAll(working.takeTouched());
    assertThat(touched).hasSize(2);
    sweep.look(START.plusSeconds(1));
    touched.addAll(working.takeTouched());
    assertThat(touched).hasSize(3).doesNotHaveDuplicates();
    sweep.look(START.plusSeconds(2));
    assertThat(working.takeTouched()).isEmpty();
  }

  private static Working working(int apps, int perApp) {
    ClusterState state = ClusterState.empty().after(new Change.PutNode(node()));
    long id = 0;
    for (int app = 0; app < apps; app++) {
      AppId name = AppId.of("acme", "app-" + app);
      state = state.after(new Change.PutApp(App.create(name, name.name(), "debian-12", START)));
      for (int index = 1; index <= perApp; index++) {
        state = state.after(new Change.PutPlacement(placement(++id, name, index)));
      }
    }
    var working = new Working(new Store.Loaded(state, List.of()), NodePools.STANDARD, START);
    working.begin(START);
    return working;
  }

  private static KnownNode node() {
    return new KnownNode(
        NODE, new Capacity(1, 1, 1, 1, 1), "amd64", TreePMap.empty(), "test", "none", "boot");
  }

  private static Placement placement(long id, AppId app, int index) {
    return new Placement(
        new PlacementId(id),
        InstanceId.of(app, "web", index),
        NODE,
        new Placement.Wanted(1, "debian-12", 1, "nano", 0),
        Placement.Intent.RUN,
        START);
  }
}
