package dev.berth.scheduler.control;

import dev.berth.scheduler.placement.Balance;
import dev.berth.scheduler.placement.Placer;
import dev.berth.scheduler.rollout.Brake;
import dev.berth.scheduler.rollout.Departures.Choice;
import dev.berth.scheduler.rollout.Rebalance;
import dev.berth.scheduler.rollout.View;
import dev.berth.scheduler.state.EventDraft;
import dev.berth.scheduler.state.HistoryEvent.Subject;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.RebalanceSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;

/**
 * Has instances move to nodes that are emptier: looks every 30 s, every 5 s while something moves.
 *
 * <p>Moves nothing while nodes are silent in number, nor to a node that has not been emptier for a
 * minute. What it remembers only holds back: which moves to begin follows from the state, and a
 * leader that takes over goes on with those that were begun. Confined to the control loop.
 */
final class Rebalancing {
  private static final Duration IDLE = Duration.ofSeconds(30);
  private static final Duration BUSY = Duration.ofSeconds(5);
  private static final Duration RIPE = Duration.ofSeconds(60);

  /** An instance that did not stand where it was to go is not tried again for so long. */
  private static final Duration SHUNNED = Duration.ofHours(6);

  /** For one that could not begin after all. */
  private static final Duration PUT_OFF = Duration.ofMinutes(5);

  /** In hundredths of a percent; when an operator asks. */
  private static final int MARGIN_BY_HAND = 100;

  private static final Duration BY_HAND_AT_MOST = Duration.ofHours(1);

  private final Working working;
  private final Placer placer;
  private final RebalanceSettings settings;
  private final Map<NodeId, Instant> emptierSince = new HashMap<>();
  private final Map<ProcessTypeId, Instant> shunned = new TreeMap<>();
  private TreePMap<PlacementId, Choice> chosen;
  private @Nullable ProcessTypeId after;
  private boolean isByHand;
  private Instant byHandUntil;
  private boolean isWaiting;
  private boolean isPaced = true;
  private boolean isUnderWay;
  private double mayBegin = 1;
  private Instant refilled;
  private Instant next;

  /** Nothing is begun before a new leader has seen what runs. */
  Rebalancing(Working working, Placer placer, Term term) {
    this.working = working;
    this.placer = placer;
    this.settings = term.settings().rebalance();
    this.chosen = Rebalance.begun(working.state());
    this.byHandUntil = term.began();
    this.refilled = term.began();
    this.next = term.began().plus(term.timers().takeoverGrace());
  }

  /** For what is done in thought only: by hand, as fast as may be. */
  Rebalancing(Working working, Placer placer, RebalanceSettings settings) {
    this.working = working;
    this.placer = placer;
    this.settings = settings;
    this.chosen = Rebalance.begun(working.state());
    this.refilled = working.now();
    this.next = working.now();
    this.byHandUntil = working.now().plus(BY_HAND_AT_MOST);
    this.isByHand = true;
    this.isPaced = false;
  }

  Instant nextLook() {
    return next;
  }

  /** What is to move, and where. */
  TreePMap<PlacementId, Choice> chosen() {
    return chosen;
  }

  boolean isUnderWay() {
    return isByHand || !chosen.isEmpty();
  }

  /** An operator asked. */
  void begin() {
    isByHand = true;
    byHandUntil = working.now().plus(BY_HAND_AT_MOST);
    next = working.now();
  }

  void look(Supplier<View> view, Predicate<ProcessTypeId> isUnsettled) {
    if (working.now().isBefore(next)) {
      return;
    }
    refill();
    goOn(view.get());
    View now = view.get();
    if (now.brake().level() == Brake.Level.OFF && (settings.isOn() || isByHand)) {
      begin(now, isUnsettled);
    }
    tell();
    next = working.now().plus(isUnderWay() ? BUSY : IDLE);
  }

  private void refill() {
    double minutes = Duration.between(refilled, working.now()).toMillis() / 60_000.0;
    double most = Math.max(1, settings.movesPerMinute() * (BUSY.toMillis() / 60_000.0));
    mayBegin = Math.min(most, mayBegin + Math.max(0, minutes) * settings.movesPerMinute());
    refilled = working.now();
  }

  private void goOn(View view) {
    TreePMap<PlacementId, Choice> left = Rebalance.goOn(chosen, view);
    var dropped = new HashSet<>(chosen.keySet());
    dropped.removeAll(left.keySet());
    chosen = left;
    shunned.values().removeIf(until -> !working.now().isBefore(until));
    for (PlacementId id : dropped) {
      Placement stays = working.state().placements().byId().get(id);
      if (stays != null && stays.isWanted()) {
        ProcessTypeId type = stays.instance().type();
        boolean wasBegun = Rebalance.isBegun(stays, working.state());
        shunned.put(type, working.now().plus(wasBegun ? SHUNNED : PUT_OFF));
        working.touch(type);
      }
    }
  }

  private void begin(View view, Predicate<ProcessTypeId> isUnsettled) {
    int margin = isByHand ? MARGIN_BY_HAND : settings.marginPercent() * 100;
    List<NodeId> emptier = Rebalance.emptier(view, working.index(), margin);
    emptierSince.keySet().retainAll(new HashSet<>(emptier));
    emptier.forEach(node -> emptierSince.putIfAbsent(node, working.now()));
    isWaiting = false;
    int open = settings.movesPerMinute() - chosen.size();
    int most = isPaced ? Math.min((int) mayBegin, open) : settings.movesPerMinute();
    var asked =
        new Rebalance.Asked(
            margin,
            Math.max(0, most),
            isByHand ? Duration.ZERO : settings.rest(),
            type -> mayMove(type, isUnsettled),
            this::isRipe,
            after);
    Rebalance.Round round = Rebalance.next(view, working.index(), placer, asked);
    after = round.after();
    for (Balance.Better move : round.moves()) {
      Placement placement = move.placement();
      chosen = chosen.plus(placement.id(), new Choice(move.to(), move.words()));
      working.touch(placement.instance().type());
    }
    mayBegin -= round.moves().size();
    boolean isDone = after == null && most > 0 && chosen.isEmpty() && !isWaiting;
    isByHand &= !isDone && working.now().isBefore(byHandUntil);
  }

  private boolean mayMove(ProcessTypeId type, Predicate<ProcessTypeId> isUnsettled) {
    boolean isBusy = isUnsettled.test(type);
    isWaiting |= isBusy;
    return !isBusy && !shunned.containsKey(type);
  }

  private boolean isRipe(NodeId node) {
    Instant since = emptierSince.get(node);
    return isByHand || (since != null && !working.now().isBefore(since.plus(RIPE)));
  }

  private void tell() {
    boolean isMoving = !chosen.isEmpty();
    if (isMoving != isUnderWay) {
      isUnderWay = isMoving;
      String first = isMoving ? chosen.values().iterator().next().words() : "";
      working.record(
          EventDraft.byScheduler(
              isMoving ? "cluster.rebalancing" : "cluster.rebalanced",
              Subject.cluster(),
              isMoving
                  ? "instances move to other nodes; the first because " + first
                  : "no instance moves to another node any more"));
    }
  }
}
