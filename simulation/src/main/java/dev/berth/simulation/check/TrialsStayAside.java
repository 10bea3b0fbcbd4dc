package dev.berth.simulation.check;

import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Trial;
import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.Happening;
import java.util.HashMap;
import java.util.Map;

/**
 * Shadow instances are there only while a trial is under way, no more at a time than it may have
 * but for one app's, never two for one, and no route leads to them.
 */
final class TrialsStayAside extends Invariant {
  TrialsStayAside(Cluster cluster) {
    super(cluster);
  }

  @Override
  public void happened(Happening happening) {
    if (happening instanceof Happening.Published(_, Snapshot snapshot)) {
      Trial trial = snapshot.state().upkeep().trialUnderWay().orElse(null);
      Map<AppId, Integer> shadows = new HashMap<>();
      int all = 0;
      int most = 0;
      for (Placement placement : snapshot.state().placements().byId().values()) {
        if (placement.instance().type().isShadow() && placement.isWanted()) {
          all++;
          most = Math.max(most, shadows.merge(placement.instance().app(), 1, Integer::sum));
          require(trial != null, "%s is wanted, and no trial is", placement.instance());
        }
      }
      require(
          trial == null || all <= trial.course().atATime() + most - 1 || all == 0,
          "%d shadow instances are there, and the trial may have %s",
          all,
          trial);
      for (ProcessTypeId type : snapshot.routes().pools().keySet()) {
        require(!type.isShadow(), "routes lead to %s", type);
      }
    }
  }

  @Override
  public void atRest() {
    for (Placement placement : cluster().ensemble().state().placements().byId().values()) {
      require(!placement.instance().type().isShadow(), "%s was left behind", placement.instance());
    }
  }
}
