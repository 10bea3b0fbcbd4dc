package dev.berth.simulation.check;

import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.Happening;
import java.util.List;

/** All of them, for one cluster. */
public final class Invariants {
  private final Leaders leaders = new Leaders();
  private final Reach reach;
  private final List<Invariant> all;

  public Invariants(Cluster cluster) {
    this.reach = new Reach(cluster);
    this.all =
        List.of(
            new OnlyTheNewestEpochWrites(cluster),
            new AcceptedCommandsAreKept(cluster),
            new RepeatedRequestsActOnce(cluster),
            new NodesHoldNoMoreThanTheyHave(cluster),
            new AgentsObeyNoOldOrders(cluster),
            new RoutersUseNoOldTable(cluster),
            new IncarnationsAreUsedOnce(cluster),
            new NothingStartsUnordered(cluster, leaders),
            new StopsAreOrdered(cluster),
            new StopsWaitForRouters(cluster, leaders, reach),
            new RoutesStayWithTheirApp(cluster),
            new RoutesFollowTheState(cluster),
            new RoutesLeadToTheLiving(cluster, leaders),
            new NoIndexRunsTwice(cluster, leaders),
            new AvailabilityHolds(cluster, leaders),
            new ReleaseCommandsRunOnce(cluster),
            new ReplacementsAreBraked(cluster),
            new BudgetsHold(cluster),
            new MovesPay(cluster),
            new TrialsStayAside(cluster),
            new TakeoversKeepRoutes(cluster),
            new CrashedInstancesComeBack(cluster),
            new SoftStateIsBounded(cluster),
            new ConvergesAndStaysStill(cluster));
    cluster.watchedBy(this::happened);
  }

  private void happened(Happening happening) {
    leaders.happened(happening);
    all.forEach(invariant -> invariant.happened(happening));
    leaders.happened(happening);
  }

  public void look() {
    reach.look();
    all.forEach(Invariant::look);
  }

  public void atRest() {
    all.forEach(Invariant::atRest);
  }
}
