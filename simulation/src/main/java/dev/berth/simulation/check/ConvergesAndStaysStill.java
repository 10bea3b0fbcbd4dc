package dev.berth.simulation.check;

import dev.berth.agent.control.AgentLoop;
import dev.berth.router.table.RouteTable;
import dev.berth.scheduler.control.ControlLoop;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.NodePool;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.state.Sizes;
import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.Happening;
import dev.berth.simulation.cluster.SimAgent;
import dev.berth.simulation.cluster.SimRouter;
import dev.berth.simulation.cluster.SimScheduler;
import dev.berth.simulation.host.Container;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/**
 * L1 to L5, L7: with no faults one leads, everything wanted runs and nothing else does, routers
 * know it, and then nothing moves any more.
 */
final class ConvergesAndStaysStill extends Invariant {
  private static final long STILL_MICROS = 60_000_000;

  private long lastCommit;
  private String lastWords = "";

  ConvergesAndStaysStill(Cluster cluster) {
    super(cluster);
  }

  @Override
  public void happened(Happening happening) {
    if (happening instanceof Happening.Committed(var commit)) {
      lastCommit = cluster().world().now();
      lastWords = commit.write().changes().toString();
    }
  }

  @Override
  public void atRest() {
    SimScheduler leader = cluster().leader().orElse(null);
    require(leader != null, "nobody leads");
    ControlLoop loop = Objects.requireNonNull(Objects.requireNonNull(leader).leading());
    Snapshot snapshot = loop.snapshot();
    ClusterState state = cluster().ensemble().state();
    for (App app : state.apps().values()) {
      require(!app.isLeaving(), "app %s is still leaving", app.id());
      for (var formation : app.formation().entrySet()) {
        type(state, snapshot, app, formation);
      }
    }
    for (Placement placement : state.placements().byId().values()) {
      require(
          placement.isWanted(), "%s has not come to its end: %s", placement.instance(), placement);
      require(
          isRunning(placement), "%s does not run on its node: %s", placement.instance(), placement);
    }
    hosts(state);
    routers(snapshot);
    long still = cluster().world().now() - lastCommit;
    require(
        still >= STILL_MICROS, "the last change was %d s ago: %s", still / 1_000_000, lastWords);
  }

  private void type(
      ClusterState state, Snapshot snapshot, App app, Map.Entry<String, Formation> formation) {
    var type = new ProcessTypeId(app.id(), formation.getKey());
    boolean isKnown =
        state
            .currentRelease(app)
            .map(Release::processTypes)
            .map(types -> types.containsKey(type.name()))
            .orElse(false);
    int wanted = isKnown ? formation.getValue().count() : 0;
    Map<Integer, Integer> fresh = new HashMap<>();
    for (Placement placement : state.placements().of(type)) {
      int index = placement.instance().index();
      require(index <= wanted, "%s is surplus", placement.instance());
      boolean isCurrent =
          placement.wanted().release() == app.release().number()
              && placement.wanted().baseVersion() == app.release().baseVersion()
              && placement.wanted().size().equals(formation.getValue().size())
              && placement.wanted().restartToken() == app.restartToken(placement.instance());
      require(
          isCurrent || isWaitingForRoom(state, snapshot, type, formation.getValue()),
          "%s is still of an old kind: %s",
          placement.instance(),
          placement);
      fresh.merge(index, 1, Integer::sum);
    }
    for (int index = 1; index <= wanted; index++) {
      int has = fresh.getOrDefault(index, 0);
      InstanceId instance = new InstanceId(type, index);
      require(has <= 1, "%s is there %d times", instance, has);
      require(
          has == 1 || isWaitingForRoom(state, snapshot, type, formation.getValue()),
          "%s is not there; pending: %s",
          instance,
          snapshot.pending().get(instance));
    }
  }

  /** Says the leader so, and is it true? */
  private boolean isWaitingForRoom(
      ClusterState state, Snapshot snapshot, ProcessTypeId type, Formation formation) {
    boolean isPending =
        snapshot.pending().keySet().stream().anyMatch(instance -> instance.type().equals(type));
    Capacity needed = Sizes.known(formation.size()).booked();
    boolean isRoom = false;
    for (KnownNode node : state.nodes().values()) {
      Capacity free =
          NodePool.standard(node.pool())
              .promises(node.capacity())
              .minus(state.placements().bookedOn(node.id()));
      isRoom |= free.holds(needed);
    }
    return isPending && !isRoom;
  }

  private boolean isRunning(Placement placement) {
    return cluster()
        .agent(placement.node().name())
        .flatMap(agent -> agent.host().running(placement.id().value()))
        .isPresent();
  }

  private void hosts(ClusterState state) {
    for (SimAgent agent : cluster().agents()) {
      for (Container container : agent.host().running()) {
        boolean isPlaced =
            state.placements().byId().values().stream()
                .anyMatch(placement ->
                    placement.id().value() == container.placement()
                        && placement.node().name().equals(agent.name()));
        require(isPlaced, "%s runs surplus %s", agent.name(), container);
      }
      AgentLoop loop = agent.loop();
      long ordered = loop == null ? -1 : loop.view().orders().byId().size();
      long placed =
          state.placements().byId().values().stream()
              .filter(placement -> placement.node().name().equals(agent.name()))
              .count();
      require(
          ordered == placed, "%s has %d orders for %d placements", agent.name(), ordered, placed);
    }
  }

  private void routers(Snapshot snapshot) {
    require(snapshot.routesReady(), "the routes are not ready");
    var wanted = new TreeSet<String>();
    snapshot
        .routes()
        .pools()
        .values()
        .forEach(pool ->
            pool.routes().forEach(route -> wanted.add(route.placement() + " " + route.address())));
    var healthy = new TreeSet<String>();
    for (Placement placement : snapshot.state().placements().byId().values()) {
      if (placement.instance().type().name().equals("web")) {
        cluster()
            .agent(placement.node().name())
            .flatMap(agent -> agent.host().running(placement.id().value()))
            .ifPresent(container -> healthy.add(placement.id() + " " + container.address()));
      }
    }
    require(wanted.equals(healthy), "routes are %s, healthy are %s", wanted, healthy);
    for (SimRouter router : cluster().routers()) {
      RouteTable table = router.inForce();
      require(
          table.epoch() == snapshot.epoch() && table.version() == snapshot.routes().version(),
          "%s uses version %d of epoch %d; there is %d of %d",
          router.name(),
          table.version(),
          table.epoch(),
          snapshot.routes().version(),
          snapshot.epoch());
    }
  }
}
