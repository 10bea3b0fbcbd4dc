package dev.berth.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.agent.cgroup.Cgroups;
import dev.berth.turn.CpuTurn;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How long an instance may keep a cpu from its neighbours. */
@Tag("root")
@Timeout(60)
class TurnTest {
  @TempDir Path directory;

  @Test
  void everyProcessOfAnInstanceBeginsWithTheShortestTurn() throws Exception {
    assumeTrue(CpuTurn.nanos(0) > 0, "this kernel has one turn for all");
    try (var node = new TestNode(directory)) {
      var plan = node.plan("(sleep 50; true) & sleep 50");
      node.host().start(plan, 1);
      String cgroup =
          HostParts.cgroupOfNode(node.settings) + "/" + Container.name(plan.placementId(), 1);
      Cgroups cgroups = Cgroups.ofThisHost();
      Wait.until(() -> cgroups.processes(cgroup).size() > 2);

      List<Long> turns = cgroups.processes(cgroup).stream().map(CpuTurn::nanos).toList();

      assertThat(turns).isNotEmpty().containsOnly(CpuTurn.SHORTEST_NANOS);
      node.host().release(plan.placementId());
    }
  }
}
