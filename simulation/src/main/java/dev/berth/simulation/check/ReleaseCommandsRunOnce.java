package dev.berth.simulation.check;

import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.Happening;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The release command of a release is started once at the most, whatever is lost; and no other
 * instance of the release is placed before it has ended.
 */
final class ReleaseCommandsRunOnce extends Invariant {
  private final Map<Long, Placement> placements = new HashMap<>();
  private final Set<String> started = new HashSet<>();
  private final Set<String> ended = new HashSet<>();

  ReleaseCommandsRunOnce(Cluster cluster) {
    super(cluster);
  }

  @Override
  public void happened(Happening happening) {
    switch (happening) {
      case Happening.Committed(var commit) -> {
        for (Change change : commit.write().changes()) {
          if (change instanceof Change.RemoveApp(AppId app)) {
            started.removeIf(key -> key.startsWith(app + " ")); // its numbers begin anew
            ended.removeIf(key -> key.startsWith(app + " "));
          } else if (change instanceof Change.PutPlacement(Placement placement)) {
            boolean isNew = placements.put(placement.id().value(), placement) == null;
            require(
                !isNew || isRelease(placement) || !isRunning(placement),
                "%s was placed while the release command of v%d ran",
                placement.instance(),
                placement.wanted().release());
          }
        }
      }
      case Happening.Started(_, var container) -> {
        Placement placement = placements.get(container.placement());
        if (placement != null && isRelease(placement)) {
          require(
              started.add(key(placement)),
              "the release command of %s v%d was started again",
              placement.instance().app(),
              placement.wanted().release());
        }
      }
      case Happening.Ended(_, var container) -> {
        Placement placement = placements.get(container.placement());
        if (placement != null && isRelease(placement)) {
          ended.add(key(placement));
        }
      }
      default -> {}
    }
  }

  private boolean isRunning(Placement placement) {
    return started.contains(key(placement)) && !ended.contains(key(placement));
  }

  private static boolean isRelease(Placement placement) {
    return placement.instance().type().name().equals(ProcessType.RELEASE);
  }

  private static String key(Placement placement) {
    return placement.instance().app() + " v" + placement.wanted().release();
  }
}
