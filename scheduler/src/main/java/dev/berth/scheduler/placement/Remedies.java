package dev.berth.scheduler.placement;

import dev.berth.scheduler.placement.Diagnosis.Question;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.Demands;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Size;
import dev.berth.scheduler.state.Sizes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Seeks the changes that would place an instance, cheapest first: open a node, ask for less, free
 * room, ask for other labels, share a node, add a node. Each is tried on the state before it is
 * named.
 */
final class Remedies {
  private static final Set<Rule> OPENED = Set.of(Rule.CORDONED, Rule.NOT_READY, Rule.UNVERIFIED);

  private final Question question;
  private final Need need;
  private final Map<NodeId, List<NodeRefusal>> refusals;
  private final List<Remedy> found = new ArrayList<>();

  Remedies(Question question, Map<NodeId, List<NodeRefusal>> refusals) {
    this.question = question;
    this.need = question.need();
    this.refusals = refusals;
  }

  List<Remedy> cheapestFirst() {
    if (refusals.values().stream().anyMatch(List::isEmpty)) {
      return List.of();
    }
    open();
    resize();
    free();
    if (!need.demands().where().isEmpty() && fits(without(need.demands().antiAffinity()))) {
      found.add(new Remedy.Relax(need.demands().where()));
    }
    if (need.demands().antiAffinity()
        && fits(with(new Demands(need.demands().where(), false, need.demands().priority())))) {
      found.add(new Remedy.Share());
    }
    found.add(new Remedy.Join(need.pool(), need.capacity(), need.demands().where()));
    return found;
  }

  private Need without(boolean antiAffinity) {
    return with(new Demands(List.of(), antiAffinity, need.demands().priority()));
  }

  private Need with(Demands demands) {
    return new Need(need.tenant(), need.pool(), need.capacity(), demands);
  }

  private boolean fits(Need other) {
    return question.refusals(other).values().stream().anyMatch(List::isEmpty);
  }

  private void open() {
    for (Map.Entry<NodeId, List<NodeRefusal>> entry : refusals.entrySet()) {
      List<NodeRefusal> broken = entry.getValue();
      if (broken.size() == 1 && OPENED.contains(broken.getFirst().rule())) {
        found.add(new Remedy.Open(entry.getKey(), broken.getFirst().rule()));
        return;
      }
    }
  }

  private void resize() {
    for (Size size : Sizes.ALL.reversed()) {
      boolean isSmaller = size.memoryMib() < question.size().memoryMib();
      if (isSmaller && fits(need.with(size.booked()))) {
        found.add(new Remedy.Resize(size));
        return;
      }
    }
  }

  /** On the node where least is missing of what is booked there and could be given back. */
  private void free() {
    Optional<Remedy.Free> best = Optional.empty();
    double least = Double.MAX_VALUE;
    for (Map.Entry<NodeId, List<NodeRefusal>> entry : refusals.entrySet()) {
      List<NodeRefusal> broken = entry.getValue();
      Capacity booked = question.state().placements().bookedOn(entry.getKey());
      Capacity missing = missing(broken);
      if (broken.stream().allMatch(it -> it.rule().isCounted()) && booked.holds(missing)) {
        double share = share(missing);
        if (share < least) {
          least = share;
          best = Optional.of(new Remedy.Free(entry.getKey(), missing));
        }
      }
    }
    best.ifPresent(found::add);
  }

  private double share(Capacity missing) {
    Capacity asked = need.capacity();
    return (double) missing.memoryMib() / Math.max(1, asked.memoryMib())
        + (double) missing.cpuMillis() / Math.max(1, asked.cpuMillis())
        + (double) missing.pids() / Math.max(1, asked.pids())
        + (double) missing.diskMib() / Math.max(1, asked.diskMib())
        + missing.addresses();
  }

  private static Capacity missing(List<NodeRefusal> broken) {
    Capacity missing = Capacity.NONE;
    for (NodeRefusal refusal : broken) {
      long amount = refusal.missing();
      missing =
          missing.plus(
              switch (refusal.rule()) {
                case MEMORY -> new Capacity(amount, 0, 0, 0, 0);
                case CPU -> new Capacity(0, amount, 0, 0, 0);
                case PIDS -> new Capacity(0, 0, amount, 0, 0);
                case DISK -> new Capacity(0, 0, 0, amount, 0);
                case ADDRESSES -> new Capacity(0, 0, 0, 0, amount);
                case POOL, DEDICATED, LABELS, CORDONED, NOT_READY, UNVERIFIED, ANTI_AFFINITY ->
                    Capacity.NONE;
              });
    }
    return missing;
  }
}
