package dev.berth.scheduler.control;

import dev.berth.scheduler.placement.NodeIndex;
import dev.berth.scheduler.state.Actual;
import dev.berth.scheduler.state.Actual.NodeActual;
import dev.berth.scheduler.state.Actual.RouterActual;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Deploy;
import dev.berth.scheduler.state.EventDraft;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.NodeImages;
import dev.berth.scheduler.state.NodePools;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.PlacementReport;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Signals;
import dev.berth.scheduler.state.Trial;
import dev.berth.scheduler.store.Store;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

/**
 * The loop's own, newest state while a pass runs: ahead of what is committed.
 *
 * <p>The only writer of the durable state, of the actual one and of the history. Notes which
 * process types must be looked at again. Confined to the control loop.
 */
final class Working {
  static final int MAX_HISTORY = 10_000;

  private final NodePools pools;
  private NodeIndex index;
  private TreePSet<NodeId> draining = TreePSet.empty();
  private ClusterState state;
  private Actual actual = Actual.NOTHING;
  private TreePMap<Long, HistoryEvent> history = TreePMap.empty();
  private Instant now;
  private final List<Change> changes = new ArrayList<>();
  // Added to a million times and read in order a few times: hashed now, sorted then.
  private final Set<PlacementId> reported = new HashSet<>();
  private final Set<ProcessTypeId> touched = new HashSet<>();
  private final Set<AppId> routed = new HashSet<>();
  private final Set<AppId> deploying = new TreeSet<>();
  private final Arrivals arrivals = new Arrivals();
  private final List<PlacementId> removed = new ArrayList<>();
  private boolean freedRoom = true;

  Working(Store.Loaded loaded, NodePools pools, Instant now) {
    this.pools = pools;
    this.state = loaded.state();
    state.nodes().values().forEach(this::drain);
    state.apps().values().forEach(this::deploy);
    this.index = NodeIndex.of(pools, state, actual);
    this.now = now;
    for (HistoryEvent event : loaded.history()) {
      history = history.plus(event.sequence(), event);
    }
  }

  /** With all that is known, for what is done in thought only; no router is waited for. */
  static Working copy(Snapshot snapshot, NodePools pools) {
    var copy = new Working(new Store.Loaded(snapshot.state(), List.of()), pools, snapshot.at());
    snapshot.actual().nodes().forEach(copy::see);
    copy.actual =
        new Actual(
            snapshot.actual().nodes(),
            snapshot.actual().placements(),
            TreePMap.empty(),
            snapshot.actual().signals(),
            snapshot.actual().images());
    copy.begin(snapshot.at());
    copy.touchArrived();
    copy.touched.clear();
    return copy;
  }

  void begin(Instant time) {
    now = time;
    index.beginPass();
    changes.clear();
    reported.clear();
  }

  /** Time passes within a pass: for what is done in thought only. */
  void advance(Instant time) {
    now = time;
  }

  Instant now() {
    return now;
  }

  ClusterState state() {
    return state;
  }

  /** Always in step with the state and the actual one. */
  NodeIndex index() {
    return index;
  }

  Actual actual() {
    return actual;
  }

  TreePMap<Long, HistoryEvent> history() {
    return history;
  }

  List<Change> changes() {
    return List.copyOf(changes);
  }

  int changeCount() {
    return changes.size();
  }

  List<PlacementId> reported() {
    return sorted(reported);
  }

  void apply(Change change) {
    ClusterState before = state;
    state = state.after(change);
    changes.add(change);
    switch (change) {
      case Change.PutApp(App app) -> {
        deploy(app);
        touch(app);
      }
      case Change.RemoveApp(AppId app) -> {
        deploying.remove(app);
        routed.add(app);
      }
      case Change.PutPlacement(Placement placement) -> {
        index.put(before.placements().byId().get(placement.id()), placement);
        touch(placement);
      }
      case Change.RemovePlacement(Placement placement) -> {
        before.placements().find(placement.id()).ifPresent(index::remove);
        actual = actual.withoutReport(placement.id());
        freedRoom = true;
        removed.add(placement.id());
        touch(placement);
      }
      case Change.PutNode(KnownNode node) -> {
        index.put(node);
        freedRoom = true;
        drain(node);
      }
      case Change.RemoveNode(NodeId node) -> {
        draining = draining.minus(node);
        actual = actual.withoutNode(node);
        index = NodeIndex.of(pools, state, actual); // seldom, so it need not forget by itself
      }
      case Change.PutTrial(Trial trial) -> shadows(trial);
      case Change.PutTenant _,
          Change.RemoveTenant _,
          Change.PutRelease _,
          Change.RemoveRelease _,
          Change.PutBase _,
          Change.PutCampaign _,
          Change.RemoveCampaign _,
          Change.RemoveTrial _,
          Change.PutFreeze _,
          Change.PutAnswer _,
          Change.RemoveAnswer _,
          Change.AddEvent _ -> {}
    }
  }

  /** What of it still runs must go once it is over. */
  private void shadows(Trial trial) {
    if (trial.isOver()) {
      state.placements().byType().keySet().stream()
          .filter(ProcessTypeId::isShadow)
          .forEach(this::touch);
    }
  }

  private void drain(KnownNode node) {
    boolean isDraining = node.policy().isDraining();
    if (isDraining != draining.contains(node.id())) {
      draining = isDraining ? draining.plus(node.id()) : draining.minus(node.id());
      state.placements().on(node.id()).forEach(this::touch);
    }
  }

  private void deploy(App app) {
    if (app.turnover().underWay() == null || app.isLeaving()) {
      deploying.remove(app.id());
    } else {
      deploying.add(app.id());
    }
  }

  /** Apps with a deploy under way. */
  Set<AppId> deploying() {
    return Collections.unmodifiableSet(deploying);
  }

  /** Nodes that all is to leave. */
  TreePSet<NodeId> draining() {
    return draining;
  }

  void record(EventDraft draft) {
    var event =
        new HistoryEvent(
            state.counters().lastEvent() + 1,
            now,
            draft.kind(),
            draft.subject(),
            draft.actor(),
            draft.message());
    apply(new Change.AddEvent(event));
    history = history.plus(event.sequence(), event);
    if (history.size() > MAX_HISTORY) {
      history = history.minusFirstEntry();
    }
  }

  /** How long it has been so is counted by our own clock. */
  void report(Placement placement, PlacementReport said) {
    PlacementReport before = actual.placements().get(said.id());
    PlacementReport report =
        said.since(before != null && before.isSamePhaseAs(said) ? before.since() : now);
    if (!report.equals(before)) {
      actual = actual.withReport(report);
      reported.add(report.id());
      if (report.isRunning() && (before == null || !before.isRunning())) {
        arrivals.add(placement.instance().type());
      } else {
        touch(placement);
      }
    }
  }

  void forgetReport(Placement placement) {
    if (actual.placements().containsKey(placement.id())) {
      actual = actual.withoutReport(placement.id());
      reported.add(placement.id());
      touch(placement);
    }
  }

  void see(NodeId id, NodeActual node) {
    NodeActual before = actual.nodes().get(id);
    actual = actual.withNode(id, node);
    index.see(id, node);
    freedRoom = freedRoom || (node.isVerified() && (before == null || !before.isVerified()));
    if (before == null || before.liveness() != node.liveness()) {
      freedRoom = true;
      boolean isGood = node.liveness() == Actual.Liveness.READY;
      for (Placement placement : state.placements().on(id)) {
        if (isGood) {
          arrivals.add(placement.instance().type());
        } else {
          touch(placement);
        }
      }
    }
  }

  void see(String name, RouterActual router) {
    actual = actual.withRouter(name, router);
  }

  void see(Signals signals) {
    actual = actual.withSignals(signals);
  }

  void see(NodeId node, NodeImages held) {
    actual = actual.withImages(node, held);
  }

  void forgetRouter(String name) {
    actual = actual.withoutRouter(name);
  }

  void touch(ProcessTypeId type) {
    touched.add(type);
  }

  /** What came up is to be looked at, as soon as it is time. */
  void touchArrived() {
    for (ProcessTypeId type : arrivals.take(now)) {
      touched.add(type);
      routed.add(type.app());
    }
  }

  /** When that has something to do. */
  Instant nextArrival() {
    return arrivals.next();
  }

  /** The process type was looked at. */
  void looked(ProcessTypeId type) {
    arrivals.looked(type, state.placements().of(type).size(), now);
  }

  /** Hands over what must be looked at, and starts collecting anew. */
  List<ProcessTypeId> takeTouched() {
    var taken = sorted(touched);
    touched.clear();
    return taken;
  }

  private static <T extends Comparable<T>> List<T> sorted(Set<T> set) {
    return set.stream().sorted().toList();
  }

  boolean hasMore() {
    return !touched.isEmpty() || !routed.isEmpty();
  }

  List<AppId> takeRouted() {
    var taken = sorted(routed);
    routed.clear();
    return taken;
  }

  /** Placements that were forgotten since the last call. */
  List<PlacementId> takeRemoved() {
    var taken = List.copyOf(removed);
    removed.clear();
    return taken;
  }

  /** Is there room that nobody was offered yet? */
  boolean hasFreedRoom() {
    return freedRoom;
  }

  /** Whether instances that found no room may find some now. */
  boolean takeFreedRoom() {
    boolean taken = freedRoom;
    freedRoom = false;
    return taken;
  }

  void touch(App app) {
    routed.add(app.id());
    touched.addAll(state.placements().typesOf(app.id()));
    for (String type : app.formation().keySet()) {
      touched.add(new ProcessTypeId(app.id(), type));
    }
    if (app.baseCourse().shadow() != null) {
      touched.add(new ProcessTypeId(app.id(), ProcessType.TRIAL));
    }
    Deploy deploy = app.turnover().underWay();
    if (deploy != null && deploy.isReleasing()) {
      touched.add(new ProcessTypeId(app.id(), ProcessType.RELEASE));
    }
  }

  private void touch(Placement placement) {
    touched.add(placement.instance().type());
    routed.add(placement.instance().app());
  }
}
