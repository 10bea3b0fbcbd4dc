package dev.berth.scheduler.rollout;

import dev.berth.scheduler.routes.Progress;
import dev.berth.scheduler.state.Actual;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.NodePolicy;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementReport;
import dev.berth.scheduler.state.ProcessType;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that a rollout decision looks at.
 *
 * <p>{@code lost} are nodes given up on. Until {@code routersExpected} no router may count as
 * absent: after a change of leader they need a moment to call.
 */
public record View(
    ClusterState state,
    Actual actual,
    Progress progress,
    Set<NodeId> lost,
    Departures departures,
    Brake brake,
    Allowance allowance,
    Timers timers,
    Instant began,
    Instant now) {

  boolean isRunning(Placement placement) {
    PlacementReport report = actual.placements().get(placement.id());
    return report != null && report.isRunning();
  }

  /** Healthy and, where requests go to it, served by every router. */
  boolean isServing(Placement placement) {
    return isRunning(placement) && (!isWeb(placement) || (routersKnown() && isRouted(placement)));
  }

  boolean isStopped(Placement placement) {
    PlacementReport report = actual.placements().get(placement.id());
    return report != null && report.isStopped();
  }

  boolean isLost(Placement placement) {
    return lost.contains(placement.node());
  }

  /**
   * So long after that? What another clock took for later counts from the beginning of the term.
   */
  boolean hasPassed(Instant since, Duration time) {
    return !now.isBefore((since.isAfter(now) ? began : since).plus(time));
  }

  /** Has it been healthy for so long? */
  boolean isProven(Placement placement, Duration minHealthy) {
    PlacementReport report = actual.placements().get(placement.id());
    return report != null && report.isRunning() && hasPassed(report.since(), minHealthy);
  }

  /** Should it run, but not where it is? */
  boolean mustGo(Placement placement) {
    return departures.draining().contains(placement.node())
        || departures.chosen().containsKey(placement.id());
  }

  /** Is it to be gone from its node by now, replaced or not? */
  boolean isPastDeadline(Placement placement) {
    NodePolicy.Drain drain = drain(placement);
    return drain != null && drain.isOver(now);
  }

  String whyItMustGo(Placement placement) {
    NodePolicy.Drain drain = drain(placement);
    if (drain == null) {
      return departures
          .chosen()
          .getOrDefault(placement.id(), new Departures.Choice(placement.node(), "move"))
          .words();
    }
    String reason = drain.reason().isEmpty() ? "" : ": " + drain.reason();
    return "node %s is drained%s".formatted(placement.node(), reason);
  }

  /** Where it is to go, if that was chosen and it need not leave its node anyway. */
  @Nullable NodeId chosenFor(Placement placement) {
    Departures.Choice choice = departures.chosen().get(placement.id());
    return choice == null || departures.draining().contains(placement.node()) ? null : choice.to();
  }

  private NodePolicy.@Nullable Drain drain(Placement placement) {
    if (!departures.draining().contains(placement.node())) {
      return null;
    }
    KnownNode node = state.nodes().get(placement.node());
    return node == null ? null : node.policy().drain();
  }

  /** Its node is lost, and for the time being that is no reason to start another. */
  boolean isHeld(Placement placement) {
    return brake.isFrozen() && isLost(placement);
  }

  /** Do we know what runs on its node? */
  boolean isNodeKnown(Placement placement) {
    return isLost(placement)
        || actual.node(placement.node()).map(Actual.NodeActual::hasReported).orElse(false);
  }

  /** Does no router lead requests to it? */
  boolean isOffRoutes(Placement placement) {
    return !isWeb(placement)
        || (routersKnown() && progress.isGone(placement.id(), actual.routers().values()));
  }

  /** A router that takes this long is broken; the instance need not wait for it to stop. */
  boolean hasDrainedLongEnough(Placement placement) {
    // Another leader's clock may have been wrong: of what it began, the time here counts.
    boolean isOurs = !placement.since().isBefore(began) && !placement.since().isAfter(now);
    Instant since = isOurs ? placement.since() : began;
    return !now.isBefore(since.plus(timers.drainAtMost()));
  }

  private boolean isRouted(Placement placement) {
    return progress.isRouted(placement.id(), actual.routers().values());
  }

  private boolean routersKnown() {
    return !now.isBefore(began.plus(timers.routersExpected()));
  }

  static boolean isWeb(Placement placement) {
    return placement.instance().type().name().equals(ProcessType.WEB);
  }
}
