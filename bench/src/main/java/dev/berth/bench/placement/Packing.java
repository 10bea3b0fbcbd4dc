package dev.berth.bench.placement;

import dev.berth.scheduler.placement.Need;
import dev.berth.scheduler.placement.NodeIndex;
import dev.berth.scheduler.placement.Placer;
import dev.berth.scheduler.placement.SpreadPlacer;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.Demands;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.NodePool;
import dev.berth.scheduler.state.NodePools;
import dev.berth.scheduler.state.ProcessTypeId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How well the scheduler packs: what the machines that it uses cost, when jobs come one after
 * another and each is placed at once. A machine costs its cpus and its memory, equally.
 */
final class Packing {
  static final String POOL = "packed";
  private static final NodePools POOLS =
      NodePools.of(List.of(new NodePool(POOL, NodePool.Policy.PACK, 1)));

  private Packing() {}

  /** Of the machines used, in shares of all. */
  static double cost(List<Capacity> machines, boolean[] isUsed) {
    Capacity all = machines.stream().reduce(Capacity.NONE, Capacity::plus);
    double cost = 0;
    for (int machine = 0; machine < machines.size(); machine++) {
      if (isUsed[machine]) {
        cost += machines.get(machine).cpuMillis() / (2.0 * all.cpuMillis());
        cost += machines.get(machine).memoryMib() / (2.0 * all.memoryMib());
      }
    }
    return cost;
  }

  static double berth(Work work) {
    var index = new NodeIndex(POOLS);
    Map<NodeId, Integer> machines = new HashMap<>();
    for (int machine = 0; machine < work.machines().size(); machine++) {
      NodeId id = TestNodes.add(index, machine, work.machines().get(machine), "pool", POOL);
      machines.put(id, machine);
    }
    var placer = new SpreadPlacer();
    boolean[] isUsed = new boolean[work.machines().size()];
    for (int number = 0; number < work.jobs().size(); number++) {
      Work.Job job = work.jobs().get(number);
      var type = new ProcessTypeId(AppId.of("bench", "job-" + number), "worker");
      var need = new Need(type.app().tenant(), POOL, job.request(), Demands.NONE);
      Placer.Answer answer = placer.place(Placer.Group.of(type, need, job.instances()), index);
      for (Optional<NodeId> node : answer.nodes()) {
        NodeId id = node.orElseThrow();
        index.book(type, id, job.request());
        isUsed[machines.getOrDefault(id, -1)] = true;
      }
    }
    return cost(work.machines(), isUsed);
  }
}
