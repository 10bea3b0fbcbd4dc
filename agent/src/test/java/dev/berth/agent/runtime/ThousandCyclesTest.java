package dev.berth.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.agent.linux.Programs;
import dev.berth.agent.network.EgressPolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A thousand instances come and go, four at a time, and leave nothing. */
@Tag("root")
@Timeout(400)
class ThousandCyclesTest {
  private static final int CYCLES = 1000;
  private static final int AT_A_TIME = 4;
  private static final int WARM = 24;
  private static final int TURNS = 600;
  private static final long TURN_NANOS = 50_000_000;

  @TempDir private Path directory;

  @Test
  void aThousandCyclesLeaveNothingBehind() throws Exception {
    try (var node = new TestNode(directory);
        var programs = new Programs()) {
      var census = new Census(node.settings, programs);
      cycles(node, WARM);
      Map<String, Long> before = atRest(census);

      cycles(node, CYCLES);

      assertThat(soonest(census, before)).isEqualTo(before);
    }
  }

  private static void cycles(TestNode node, int count) throws Exception {
    List<Future<?>> running = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(AT_A_TIME)) {
      for (int cycle = 0; cycle < count; cycle++) {
        ContainerPlan plan = plan(node, cycle);
        running.add(
            threads.submit(() -> {
              node.host().start(plan, 1);
              node.host().release(plan.placementId());
              return null;
            }));
      }
      for (Future<?> cycle : running) {
        cycle.get();
      }
    }
    node.ends.clear();
  }

  /** Some end by themselves, some are killed; some have a policy of their own. */
  private static ContainerPlan plan(TestNode node, int cycle) {
    var plan = node.plan(List.of(cycle % 3 == 0 ? "/bin/true" : "/bin/sleep", "1000"));
    if (cycle % 5 != 0) {
      return plan;
    }
    String network = "203.0.113." + cycle % 16 + "/32";
    return new ContainerPlan(
        plan.placementId(),
        plan.tenant(),
        plan.app(),
        plan.processType(),
        plan.index(),
        plan.release(),
        plan.baseDigest(),
        plan.slugDigest(),
        plan.argv(),
        plan.environment(),
        plan.limits(),
        plan.port(),
        new EgressPolicy(List.of(), List.of(network)));
  }

  /** Once nothing has changed for a second: what is kept ready is there, and no thread is new. */
  private static Map<String, Long> atRest(Census census) throws Exception {
    Map<String, Long> last = new HashMap<>();
    for (int turn = 0, same = 0; turn < TURNS; turn++) {
      Map<String, Long> now = census.take();
      same = now.equals(last) ? same + 1 : 0;
      if (same == 20) {
        return now;
      }
      last = now;
      LockSupport.parkNanos(TURN_NANOS);
    }
    throw new AssertionError("the node does not come to rest: " + last);
  }

  private static Map<String, Long> soonest(Census census, Map<String, Long> wanted)
      throws Exception {
    Map<String, Long> now = census.take();
    for (int turn = 0; turn < TURNS && !now.equals(wanted); turn++) {
      LockSupport.parkNanos(TURN_NANOS);
      now = census.take();
    }
    return now;
  }
}
