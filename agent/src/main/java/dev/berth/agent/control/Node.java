package dev.berth.agent.control;

import dev.berth.agent.order.HealthCheck;
import dev.berth.agent.order.Order;
import dev.berth.agent.order.Orders;
import dev.berth.agent.order.PlacementId;
import dev.berth.agent.order.Reception;
import dev.berth.agent.order.Target;
import dev.berth.agent.reconcile.Address;
import dev.berth.agent.reconcile.Notice;
import dev.berth.agent.reconcile.Outcome;
import dev.berth.agent.reconcile.Phase;
import dev.berth.agent.reconcile.Placement;
import dev.berth.agent.reconcile.Reconciler;
import dev.berth.agent.reconcile.Report;
import dev.berth.agent.reconcile.Rules;
import dev.berth.agent.reconcile.Step;
import dev.berth.agent.reconcile.Wish;
import dev.berth.agent.runtime.Kept;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the containers on this node in line with what the scheduler wants here.
 *
 * <p>Obeys only orders that are stored, of the newest epoch it has seen. A silent scheduler changes
 * nothing. Asks and never waits. Confined to the agent's loop.
 */
public final class Node {
  private static final Logger LOG = LoggerFactory.getLogger(Node.class);

  /**
   * Where the loop's decisions go.
   *
   * @param startTook how long each start took, from the decision to the running process
   */
  public record Edges(
      HostWork host,
      Checks checks,
      Consumer<Orders> store,
      Consumer<NodeNotice> history,
      Consumer<Duration> startTook) {}

  private final InstantSource clock;
  private final Edges edges;
  private final Map<PlacementId, Placement> placements = new TreeMap<>();
  private final Map<PlacementId, Integer> checked = new HashMap<>();
  private final Alarms alarms = new Alarms();
  private final Outbox outbox = new Outbox();

  /** Accepted; perhaps on the way to the disk. */
  private Orders accepted;

  /** On disk, and being carried out. */
  private Orders orders;

  public Node(InstantSource clock, Edges edges, Orders stored) {
    this.clock = clock;
    this.edges = edges;
    this.accepted = stored;
    this.orders = stored;
  }

  /** Takes over what an earlier agent left; before anything else. */
  public void adopt(List<Kept> kept) {
    for (Kept each : kept) {
      adopt(each);
      limit(new PlacementId(each.placementId()), null);
    }
    lookAtAll();
  }

  public void accept(Input input) {
    switch (input) {
      case Input.Heard(PlacementId id, int incarnation, Report report) ->
          hear(id, incarnation, report);
      case Input.SaidAll(Uplink from, var snapshot) ->
          received(from, accepted.receive(snapshot), "full state");
      case Input.SaidChange(Uplink from, var delta) ->
          received(from, accepted.receive(delta), "change");
      case Input.Stored(Orders stored) -> obey(stored);
      case Input.Linked(Uplink uplink) -> outbox.link(uplink, orders.epoch(), toTell());
      case Input.Unlinked(Uplink uplink) -> outbox.unlink(uplink);
      case Input.Writable() -> {}
    }
  }

  /** Ends a pass: looks at what is due and tells the scheduler what is new. */
  public void finishPass() {
    Instant now = clock.instant();
    for (PlacementId id : alarms.due(now)) {
      look(id);
    }
    outbox.flush();
  }

  /** When a pass is due though no input came. */
  public Optional<Instant> nextPass() {
    return alarms.next();
  }

  public NodeView view() {
    return new NodeView(orders, Map.copyOf(placements));
  }

  /** Notices that were dropped because no scheduler was there to hear them. */
  public long noticesDropped() {
    return outbox.dropped();
  }

  private void adopt(Kept kept) {
    Instant now = clock.instant();
    PlacementId id = new PlacementId(kept.placementId());
    switch (kept) {
      case Kept.Running(_, int incarnation, String host, int port, _, long startedAt) -> {
        Phase phase = rules(id).runningAt(new Address(host, port), now);
        put(Placement.adopted(id, incarnation, Instant.ofEpochMilli(startedAt), phase, now));
      }
      case Kept.Over(_, int incarnation, String host, var ended) -> {
        Phase phase = new Phase.Running(new Address(host, 0), now, 0, "");
        put(Placement.adopted(id, incarnation, now, phase, now));
        hear(id, incarnation, HostReports.ended(ended, ""));
      }
      case Kept.Reserved(_, int incarnation, _) -> put(Placement.idle(id, incarnation, now));
    }
  }

  /**
   * What is there, and what may yet be: it must not pass for gone. That is also what is to stop
   * before it was there, for an older order to run it may be on its way to the disk.
   */
  private List<Placement> toTell() {
    Map<PlacementId, Placement> all = new TreeMap<>(placements);
    for (PlacementId id : accepted.byId().keySet()) {
      all.putIfAbsent(id, Placement.idle(id, 0, clock.instant()));
    }
    return List.copyOf(all.values());
  }

  private void received(Uplink from, Reception reception, String what) {
    if (!outbox.isLinkedBy(from)) {
      return; // said on a stream that is over
    }
    switch (reception) {
      case Reception.Accepted(Orders next) -> {
        accepted = next;
        edges.store().accept(next);
      }
      case Reception.Repeated _ -> {}
      case Reception.Refused(String reason) -> {
        LOG.warn("a {} from the scheduler was refused: {}", what, reason);
        from.refuse(reason);
      }
    }
  }

  private void obey(Orders stored) {
    Orders before = orders;
    orders = stored;
    outbox.acknowledge(stored.epoch(), stored.revision());
    for (PlacementId id : changedSince(before)) {
      limit(id, before.byId().get(id));
      look(id);
    }
  }

  /** A changed egress policy reaches what is there; what is made later begins with it. */
  private void limit(PlacementId id, @Nullable Order before) {
    Order order = orders.byId().get(id);
    if (order == null || !placements.containsKey(id)) {
      return;
    }
    if (before == null || !before.egress().equals(order.egress())) {
      edges.host().limit(order);
    }
  }

  private List<PlacementId> changedSince(Orders before) {
    var changed = new TreeSet<PlacementId>();
    orders
        .byId()
        .forEach((id, order) -> {
          if (!order.equals(before.byId().get(id))) {
            changed.add(id);
          }
        });
    placements.keySet().stream().filter(id -> !orders.byId().containsKey(id)).forEach(changed::add);
    return new ArrayList<>(changed);
  }

  private void lookAtAll() {
    var all = new TreeSet<>(placements.keySet());
    all.addAll(orders.byId().keySet());
    all.forEach(this::look);
  }

  private void look(PlacementId id) {
    Placement placement = placements.get(id);
    if (placement == null) {
      if (!orders.byId().containsKey(id) || isTakenBack(id)) {
        return;
      }
      placement = Placement.idle(id, 0, clock.instant());
    }
    apply(id, Reconciler.look(placement, wish(id), rules(id), clock.instant()));
  }

  /** By orders that are not stored yet: what has not begun does not begin any more. */
  private boolean isTakenBack(PlacementId id) {
    Order newest = accepted.byId().get(id);
    return wish(id) == Wish.RUN && (newest == null || newest.target() != Target.RUN);
  }

  private void hear(PlacementId id, int incarnation, Report report) {
    Placement placement = placements.get(id);
    if (placement == null || placement.incarnation() != incarnation) {
      return; // about an incarnation that is over
    }
    apply(id, Reconciler.hear(placement, report, wish(id), rules(id), clock.instant()));
  }

  private void apply(PlacementId id, Outcome outcome) {
    Placement before = placements.get(id);
    for (Notice notice : outcome.notices()) {
      var happened = new NodeNotice(clock.instant(), id, notice);
      outbox.happened(happened);
      edges.history().accept(happened);
    }
    Placement after = outcome.placement();
    if (after == null) {
      remove(id);
      return;
    }
    if (!after.equals(before)) {
      put(after);
    }
    if (before != null
        && before.phase() instanceof Phase.Preparing
        && after.startedAt().isAfter(before.startedAt())) {
      edges.startTook().accept(Duration.between(before.since(), after.startedAt()));
    }
    watch(after);
    for (Step step : outcome.steps()) {
      ask(after, step);
    }
  }

  private void put(Placement placement) {
    placements.put(placement.id(), placement);
    alarms.set(placement.id(), Reconciler.nextLook(placement));
    outbox.changed(placement);
  }

  private void remove(PlacementId id) {
    placements.remove(id);
    if (checked.remove(id) != null) {
      edges.checks().forget(id);
    }
    alarms.set(id, Optional.empty());
    outbox.gone(id);
    if (orders.byId().containsKey(id)) {
      look(id);
    }
  }

  /** Checks what should be checked, and nothing else; repeating it changes nothing. */
  private void watch(Placement placement) {
    Address address = watched(placement);
    Order order = orders.byId().get(placement.id());
    if (address == null
        || order == null
        || order.spec().health() instanceof HealthCheck.ProcessRuns) {
      if (checked.remove(placement.id()) != null) {
        edges.checks().forget(placement.id());
      }
      return;
    }
    Integer before = checked.put(placement.id(), placement.incarnation());
    if (before == null || before != placement.incarnation()) {
      edges.checks().watch(placement.id(), placement.incarnation(), order.spec().health(), address);
    }
  }

  private static @Nullable Address watched(Placement placement) {
    return switch (placement.phase()) {
      case Phase.Starting(Address address, _) -> address;
      case Phase.Running(Address address, _, _, _) -> address;
      case Phase.Idle _,
          Phase.Preparing _,
          Phase.Failing _,
          Phase.Backoff _,
          Phase.Stopping _,
          Phase.Over _,
          Phase.Discarding _,
          Phase.Stopped _,
          Phase.Releasing _ ->
          null;
    };
  }

  private void ask(Placement placement, Step step) {
    Order order = orders.byId().get(placement.id());
    switch (step) {
      case Step.Start(int incarnation) -> {
        if (order == null) {
          throw new IllegalStateException("placement " + placement.id() + " started unordered");
        }
        edges.host().start(order, incarnation);
      }
      case Step.Terminate _, Step.Kill _, Step.Discard _, Step.Release _ ->
          edges.host().perform(placement.id(), placement.incarnation(), step);
    }
  }

  private Wish wish(PlacementId id) {
    if (!orders.known()) {
      return Wish.UNKNOWN;
    }
    Order order = orders.byId().get(id);
    if (order == null) {
      return Wish.DROP;
    }
    return order.target() == Target.RUN ? Wish.RUN : Wish.STOP;
  }

  private Rules rules(PlacementId id) {
    Order order = orders.byId().get(id);
    return order == null ? Rules.DEFAULT : Rules.of(order.spec());
  }
}
