package dev.berth.scheduler.control;

import dev.berth.scheduler.admission.Admission;
import dev.berth.scheduler.admission.Request;
import dev.berth.scheduler.admission.Verdict;
import dev.berth.scheduler.placement.Placer;
import dev.berth.scheduler.placement.Preemption;
import dev.berth.scheduler.rollout.Brake;
import dev.berth.scheduler.rollout.Departures;
import dev.berth.scheduler.rollout.Plan;
import dev.berth.scheduler.rollout.Rollout;
import dev.berth.scheduler.rollout.View;
import dev.berth.scheduler.rollout.Watch;
import dev.berth.scheduler.routes.Progress;
import dev.berth.scheduler.routes.RouteDelta;
import dev.berth.scheduler.routes.RouteTable;
import dev.berth.scheduler.routes.Routing;
import dev.berth.scheduler.routes.Step;
import dev.berth.scheduler.state.Actual.Liveness;
import dev.berth.scheduler.state.Actual.NodeActual;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Departure;
import dev.berth.scheduler.state.Event;
import dev.berth.scheduler.state.EventDraft;
import dev.berth.scheduler.state.FreezeOrder;
import dev.berth.scheduler.state.HistoryEvent.Subject;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.Priority;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One pass: what callers asked and the world reported becomes a new state.
 *
 * <p>Takes in the inputs in their order, then lets each touched process type take its next steps,
 * then derives the routes, until nothing more follows. Does no I/O and reads no clock: the same
 * inputs at the same times make the same passes. Confined to the control loop.
 */
final class Decider {
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
  private static final int MAX_ROUNDS = 8;

  /** More are left to the next pass, so that whoever waits for this one does not wait for long. */
  private static final int MAX_CHANGES = 100_000;

  /** Placements of what is unsettled that one look goes through, about. */
  private static final int MAX_UNSETTLED = 50_000;

  private final Term term;
  private final Working working;
  private final Reports reports;
  private final Pace pace;
  private final Consents consents;
  private final Placing placing;
  private final Campaigning campaigning;
  private final Trying trying;
  private final Sweep sweep;
  private final Deploying deploying;
  private final Autoscaling autoscaling;
  private final Rebalancing rebalancing;
  private final Watch watch;
  private final Idempotency idempotency;
  private final NavigableSet<ProcessTypeId> unsettled = new TreeSet<>();
  private @Nullable ProcessTypeId lastLooked;
  private Watch.Lost lost = Watch.Lost.NONE;
  private Brake brake = Brake.OFF;
  private RouteTable routes = RouteTable.EMPTY;
  private RouteDelta routeDelta = RouteDelta.nothing(RouteTable.EMPTY.version());
  private Progress progress = Progress.NONE;
  private boolean routesReady;
  private Instant nextLook;
  private boolean isUnfinished;
  private Snapshot last;

  Decider(Term term, Store.Loaded loaded, Placer placer) {
    this.term = term;
    this.working = new Working(loaded, term.settings().pools(), term.began());
    this.reports = new Reports(working, term.epoch());
    this.pace = new Pace(term.settings().movesPerSecond(), term.began());
    this.consents = new Consents(working);
    this.placing = new Placing(working, placer, pace);
    this.campaigning = new Campaigning(working, term.began().plus(term.timers().routersExpected()));
    this.trying = new Trying(working, term.began().plus(term.timers().routersExpected()));
    this.deploying = new Deploying(working, term.began().plus(term.timers().routersExpected()));
    this.autoscaling = new Autoscaling(working, term.settings(), term.began());
    this.rebalancing = new Rebalancing(working, placer, term);
    this.watch = new Watch(term.timers(), term.began());
    this.idempotency = new Idempotency(working, term.began());
    this.nextLook = term.began();
    this.sweep = new Sweep(working, term.began());
    this.last = snapshot(0);
  }

  /** Before the first pass. */
  Snapshot last() {
    return last;
  }

  /** When to make a pass although nothing was heard. */
  Instant nextLook() {
    if (isUnfinished) {
      return working.now();
    }
    return Collections.min(
        List.of(
            nextLook,
            working.nextArrival(),
            campaigning.nextLook(),
            trying.nextLook(),
            deploying.nextLook(),
            rebalancing.nextLook()));
  }

  Pass decide(List<Input> inputs, Instant now) {
    working.begin(now);
    pace.advance(now);
    var answers = new ArrayList<Pass.Answer>();
    for (Input input : inputs) {
      switch (input) {
        case Input.Ask ask -> answers.add(new Pass.Answer(ask.answer(), answer(ask)));
        case Input.News(Event event) -> take(event);
      }
    }
    lost = Watch.stillLost(lost, working.state(), working.actual());
    look(now);
    working.touchArrived();
    routeDelta = RouteDelta.nothing(routes.version());
    settle();
    campaigning.conduct(this::isSettled, brake.isFrozen());
    trying.conduct(brake.isFrozen());
    if (!brake.isFrozen()) {
      autoscaling.scale(this::isSettled);
    }
    settle();
    deploying.conduct(this::view);
    settle();
    rebalancing.look(this::view, unsettled::contains);
    settle();
    routesReady = routesReady || areRoutesReady(now);
    Snapshot previous = last;
    last = snapshot(previous.version() + 1);
    var published =
        new Published(previous, last, working.changes(), working.reported(), routeDelta);
    return new Pass(published, answers);
  }

  private Outcome answer(Input.Ask ask) {
    Optional<Outcome> before = idempotency.before(ask);
    if (before.isPresent()) {
      return before.get();
    }
    var request =
        new Request(
            working.state(),
            term.settings(),
            ask.command(),
            ask.caller(),
            ask.mutation(),
            working.now());
    return switch (Admission.judge(request)) {
      case Verdict.Denied(Outcome.Refused refused) -> refused;
      case Verdict.Admitted admitted -> {
        admitted.changes().forEach(this::apply);
        if (ask.command() instanceof Command.RebalanceNodes) {
          rebalancing.begin();
        }
        idempotency.remember(ask, admitted.result(), admitted.changes().size());
        admitted.events().forEach(working::record);
        yield new Outcome.Accepted(admitted.result());
      }
    };
  }

  private void apply(Change change) {
    working.apply(change);
    if (change instanceof Change.PutFreeze) {
      nextLook = working.now(); // it holds from this pass on
    }
  }

  private void take(Event event) {
    switch (event) {
      case Event.MoveJudged judged -> consents.take(judged);
      case Event.QueueRead read -> autoscaling.take(read);
      case Event.CpuUsed used -> autoscaling.take(used);
      case Event.AgentConnected _,
          Event.AgentStatus _,
          Event.AgentVerified _,
          Event.AgentImages _,
          Event.AgentBeat _,
          Event.AgentDisconnected _,
          Event.RouterConnected _,
          Event.RouterAcknowledged _,
          Event.RouterBeat _,
          Event.SignalsTold _,
          Event.RouterDisconnected _ ->
          reports.take(event);
    }
    if (event instanceof Event.RouterAcknowledged) {
      unsettled.forEach(working::touch);
    }
  }

  /** What follows from time alone. */
  private void look(Instant now) {
    if (now.isBefore(nextLook)) {
      return;
    }
    nextLook = now.plus(LOOK_EVERY);
    lookAtNodes(now);
    working
        .actual()
        .routers()
        .forEach((name, router) -> {
          if (watch.isGone(router, now)) {
            working.forgetRouter(name);
          }
        });
    giveUp(now);
    touchUnsettled();
    sweep.look(now);
    consents.look(now);
  }

  /** In turn, and not all at once: to look at a million instances takes a second. */
  private void touchUnsettled() {
    int looked = 0;
    for (int left = unsettled.size(); left > 0 && looked < MAX_UNSETTLED; left--) {
      ProcessTypeId next = lastLooked == null ? null : unsettled.higher(lastLooked);
      lastLooked = next == null ? unsettled.first() : next;
      working.touch(lastLooked);
      looked += 1 + working.state().placements().of(lastLooked).size();
    }
  }

  /** Both maps are in the order of names, and ten thousand look-ups a second are dear. */
  private void lookAtNodes(Instant now) {
    Iterator<Map.Entry<NodeId, NodeActual>> seen = working.actual().nodes().entrySet().iterator();
    Map.Entry<NodeId, NodeActual> next = seen.hasNext() ? seen.next() : null;
    for (NodeId id : working.state().nodes().keySet()) {
      while (next != null && next.getKey().compareTo(id) < 0) {
        next = seen.hasNext() ? seen.next() : null;
      }
      lookAt(id, next != null && next.getKey().equals(id) ? next.getValue() : null, now);
    }
  }

  private void lookAt(NodeId id, @Nullable NodeActual node, Instant now) {
    Liveness liveness = watch.liveness(node, now);
    Liveness before = node == null ? Liveness.SUSPECT : node.liveness();
    if (liveness == before) {
      return;
    }
    working.see(
        id, node == null ? NodeActual.unheard(term.began(), liveness) : node.with(liveness));
    tell(
        "node." + word(liveness),
        id,
        "silent for %d s"
            .formatted(
                Duration.between(node == null ? term.began() : node.lastSeen(), now).toSeconds()));
  }

  private void giveUp(Instant now) {
    brake(now);
    Watch.Lost after = watch.lost(lost, brake, working.state(), working.actual(), now);
    for (NodeId id : after.nodes()) {
      if (!lost.nodes().contains(id)) {
        tell("node.lost", id, "its instances are replaced elsewhere");
        working.state().placements().on(id).forEach(gone -> working.touch(gone.instance().type()));
      }
    }
    lost = after;
  }

  private void brake(Instant now) {
    Brake before = brake;
    brake = watch.brake(working.state(), working.actual(), now);
    if (watch.isThawOver(working.state(), brake, now)) {
      working.apply(new Change.PutFreeze(FreezeOrder.NONE));
    }
    if (brake.level() == before.level()) {
      return;
    }
    if (brake.level() != Brake.Level.HELD) { // that was told when it was ordered
      working.record(
          EventDraft.byScheduler(
              "cluster." + (brake.level() == Brake.Level.OFF ? "unbraked" : word(brake.level())),
              Subject.cluster(),
              brake.words()));
    }
    unsettled.forEach(working::touch);
  }

  private static String word(Enum<?> one) {
    return one.name().toLowerCase(Locale.ROOT);
  }

  /** Steps make new facts, which make new steps; what is left waits for the next pass. */
  private void settle() {
    boolean hasRoom = true;
    for (int round = 0; round < MAX_ROUNDS && working.hasMore() && hasRoom; round++) {
      if (working.takeFreedRoom()) {
        placing.pending().keySet().forEach(instance -> working.touch(instance.type()));
      }
      for (ProcessTypeId type : inTurn(working.takeTouched())) {
        hasRoom = working.changeCount() < MAX_CHANGES;
        if (hasRoom) {
          settle(type);
        } else {
          working.touch(type);
          unsettled.add(type); // until it was looked at
        }
      }
      route();
    }
    isUnfinished = working.hasMore();
  }

  /** Higher priorities first; among equals in order of name. */
  private List<ProcessTypeId> inTurn(List<ProcessTypeId> types) {
    Map<ProcessTypeId, Priority> priorities = new HashMap<>();
    types.forEach(type -> priorities.put(type, Preemption.priority(working.state(), type)));
    return types.stream()
        .sorted(
            Comparator.comparing(
                type -> priorities.getOrDefault(type, Priority.NORMAL), Comparator.reverseOrder()))
        .toList();
  }

  private void settle(ProcessTypeId type) {
    Plan plan = Rollout.plan(type, view());
    working.looked(type);
    if (plan.isSettled()) {
      unsettled.remove(type);
    } else {
      unsettled.add(type);
    }
    pace.stopped(plan.stopped());
    consents.ask(plan.asks());
    placing.carryOut(type, plan.steps());
    deploying.see(type.app());
    App app = working.state().apps().get(type.app());
    if (app != null
        && app.isLeaving()
        && working.state().placements().typesOf(app.id()).isEmpty()) {
      Departure.of(working.state(), app).forEach(working::apply);
    }
  }

  private boolean isSettled(App app) {
    for (String type : app.formation().keySet()) {
      if (unsettled.contains(new ProcessTypeId(app.id(), type))) {
        return false;
      }
    }
    return true;
  }

  private void route() {
    Step step = Routing.after(routes, working.state(), working.actual(), working.takeRouted());
    progress = progress.after(routes, step.delta());
    for (PlacementId gone : working.takeRemoved()) {
      progress = progress.without(gone);
    }
    routes = step.table();
    routeDelta = routeDelta.then(step.delta());
  }

  private View view() {
    return new View(
        working.state(),
        working.actual(),
        progress,
        lost.nodes(),
        new Departures(working.draining(), rebalancing.chosen()),
        brake,
        pace.allowance(consents::of),
        term.timers().inEpoch(term.epoch()),
        term.began(),
        working.now());
  }

  /** A table may go out once every node that holds something has spoken, or time is up. */
  private boolean areRoutesReady(Instant now) {
    if (!now.isBefore(term.began().plus(term.timers().takeoverGrace()))) {
      return true;
    }
    for (NodeId id : working.state().placements().byNode().keySet()) {
      if (!working.actual().node(id).map(NodeActual::hasReported).orElse(false)) {
        return false;
      }
    }
    return true;
  }

  private void tell(String kind, NodeId node, String message) {
    working.record(EventDraft.byScheduler(kind, Subject.of(node), message));
  }

  private Snapshot snapshot(long version) {
    return new Snapshot(
        term.epoch(),
        version,
        working.now(),
        working.state(),
        working.actual(),
        routes,
        routesReady,
        brake,
        placing.pending(),
        working.history(),
        rebalancing.chosen().size(),
        pace.left(),
        consents.all());
  }
}
