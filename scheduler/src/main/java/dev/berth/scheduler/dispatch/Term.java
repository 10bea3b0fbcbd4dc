package dev.berth.scheduler.dispatch;

import dev.berth.scheduler.campaign.Prefetch;
import dev.berth.scheduler.control.Control;
import dev.berth.scheduler.control.Published;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.control.Subscription;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Campaign;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.Event;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Tenant;
import dev.berth.scheduler.wire.Specs;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One term of leadership as the streams see it: who is connected, and the last committed state.
 *
 * <p>At most one stream per node and per router; a newer one ends the older. Ends all streams when
 * the term ends. Thread-safe.
 */
final class Term implements AutoCloseable {
  private static final int OFFERS = 200;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final String clusterId;
  private final Control control;
  private final Executor executor;
  private final SignalDesk signals;
  private final InstantSource clock;
  private final Specs specs = new Specs();
  private final Map<NodeId, AgentStream> agents = new ConcurrentHashMap<>();
  private final Map<String, RouterStream> routers = new ConcurrentHashMap<>();
  private volatile Map<NodeId, List<Digest>> holds = Map.of();
  private volatile Snapshot latest;
  private volatile boolean ended;
  private volatile @Nullable Subscription subscription;

  Term(String clusterId, Control control, Executor executor, InstantSource clock) {
    this.clusterId = clusterId;
    this.control = control;
    this.executor = executor;
    this.signals = new SignalDesk(clock);
    this.clock = clock;
    this.latest = control.snapshot();
  }

  void start() {
    holds = Prefetch.wanted(latest.state(), latest.actual());
    subscription = control.subscribe(this::published);
  }

  /** The newest committed state that was published here. */
  Snapshot latest() {
    return latest;
  }

  String clusterId() {
    return clusterId;
  }

  Executor executor() {
    return executor;
  }

  Specs specs() {
    return specs;
  }

  Instant now() {
    return clock.instant();
  }

  SignalDesk signals() {
    return signals;
  }

  boolean isOver() {
    return ended;
  }

  /**
   * Gives the loop an event, waiting a few seconds while it is busy; the caller's stream gives no
   * more credit meanwhile. False when it stayed busy or the term has ended.
   */
  boolean offer(Event event) {
    for (int offers = 0; offers < OFFERS && !ended; offers++) {
      if (control.offer(event)) {
        return true;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return false;
  }

  void add(AgentStream stream) {
    AgentStream older = agents.put(stream.node(), stream);
    stream.hold(holds.getOrDefault(stream.node(), List.of()));
    if (older != null) {
      older.end("a newer stream of " + stream.node() + " has taken over");
    }
    if (ended) {
      stream.end("the term of this scheduler has ended");
    }
  }

  void remove(AgentStream stream) {
    agents.remove(stream.node(), stream);
  }

  void add(RouterStream stream) {
    RouterStream older = routers.put(stream.router(), stream);
    if (older != null) {
      older.end("a newer stream of " + stream.router() + " has taken over");
    }
    if (ended) {
      stream.end("the term of this scheduler has ended");
    }
  }

  void remove(RouterStream stream) {
    routers.remove(stream.router(), stream);
  }

  @Nullable AgentStream agent(NodeId node) {
    return agents.get(node);
  }

  int agents() {
    return agents.size();
  }

  int routers() {
    return routers.size();
  }

  private void published(Published pass) {
    latest = pass.after();
    var told = new LinkedHashSet<AgentStream>(); // once each, when all of the pass is noted
    for (Change change : pass.changes()) {
      switch (change) {
        case Change.PutPlacement(var placement) -> touch(placement, told);
        case Change.RemovePlacement(var placement) -> touch(placement, told);
        case Change.PutTenant(var tenant) -> egressMayHaveChanged(pass, tenant, told);
        case Change.RemoveTenant _,
            Change.PutApp _,
            Change.RemoveApp _,
            Change.PutRelease _,
            Change.RemoveRelease _,
            Change.PutBase _,
            Change.PutCampaign _,
            Change.RemoveCampaign _,
            Change.PutTrial _,
            Change.RemoveTrial _,
            Change.PutFreeze _,
            Change.PutAnswer _,
            Change.RemoveAnswer _,
            Change.PutNode _,
            Change.RemoveNode _,
            Change.AddEvent _ -> {}
      }
    }
    told.forEach(AgentStream::ready);
    if (mayHoldOthers(pass)) {
      holds = Prefetch.wanted(latest.state(), latest.actual());
      agents.forEach((node, stream) -> stream.hold(holds.getOrDefault(node, List.of())));
    }
    boolean routesCame = pass.after().routesReady() && !pass.before().routesReady();
    if (routesCame || !pass.routes().isEmpty()) {
      routers.values().forEach(router -> router.changed(pass.routes()));
    }
  }

  /** Do campaigns want other images on other nodes? */
  @SuppressWarnings("ReferenceEquality") // a pass that changes nothing keeps the very objects
  private static boolean mayHoldOthers(Published pass) {
    ClusterState state = pass.after().state();
    if (pass.before().state().campaigns() != state.campaigns()) {
      return true;
    }
    return pass.before().actual().images() != pass.after().actual().images()
        && state.campaigns().values().stream()
            .anyMatch(it -> it.standing().phase() == Campaign.Phase.PREFETCHING);
  }

  /** Each order says its tenant's policy. */
  private void egressMayHaveChanged(Published pass, Tenant tenant, Set<AgentStream> told) {
    boolean same =
        pass.before()
            .state()
            .tenant(tenant.id())
            .map(before -> before.egress().equals(tenant.egress()))
            .orElse(true); // new, so it has no placements yet
    if (same) {
      return;
    }
    ClusterState state = pass.after().state();
    for (App app : state.appsOf(tenant.id())) {
      for (ProcessTypeId type : state.placements().typesOf(app.id())) {
        state.placements().of(type).forEach(it -> touch(it, told));
      }
    }
  }

  private void touch(Placement placement, Set<AgentStream> told) {
    AgentStream stream = agents.get(placement.node());
    if (stream != null) {
      stream.touched(placement.id());
      told.add(stream);
    }
  }

  @Override
  public void close() {
    ended = true;
    Subscription open = subscription;
    if (open != null) {
      open.close();
    }
    agents.values().forEach(stream -> stream.end("the term of this scheduler has ended"));
    routers.values().forEach(stream -> stream.end("the term of this scheduler has ended"));
  }
}
