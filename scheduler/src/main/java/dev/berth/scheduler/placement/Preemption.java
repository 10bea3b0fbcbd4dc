package dev.berth.scheduler.placement;

import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.Priority;
import dev.berth.scheduler.state.ProcessTypeId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;

/**
 * Chooses who makes room for instances that found none: lower classes of the same tenant, and
 * preemptible instances of anyone.
 *
 * <p>Nobody leaves while what leaves already would be room enough, and nobody whose leaving is not
 * needed. Confined to the control loop.
 */
public final class Preemption {
  /** In one answer; more wait for the next. */
  static final int MOST = 64;

  private @Nullable TreePMap<AppId, App> apps;
  private List<ProcessTypeId> preemptible = List.of();

  /** Of one node: who could leave, first to leave first. */
  private record Offer(IndexedNode node, List<Placement> victims, Priority highest) {}

  /** For so many more instances that ask this. */
  public List<Placement> victims(ClusterState state, NodeIndex index, Need need, int missing) {
    Priority priority = need.demands().priority();
    if (priority == Priority.PREEMPTIBLE || index.layout(need.pool()) == null) {
      return List.of();
    }
    int left = missing - coming(state, index, need, missing);
    if (left <= 0) {
      return List.of();
    }
    var victims = new ArrayList<Placement>();
    for (Offer offer : offers(state, index, need)) {
      if (left == 0 || victims.size() + offer.victims().size() > MOST) {
        break;
      }
      victims.addAll(offer.victims());
      left--;
    }
    return victims;
  }

  /** How many fit once what leaves has left. */
  private static int coming(ClusterState state, NodeIndex index, Need need, int enough) {
    int coming = 0;
    for (IndexedNode node : index.leaving()) {
      if (coming < enough && index.isOpenTo(node, need)) {
        Capacity free = node.free();
        for (Placement placement : state.placements().on(node.node().id())) {
          free = placement.isWanted() ? free : free.plus(placement.size().booked());
        }
        while (coming < enough && free.holds(need.capacity())) {
          free = free.minus(need.capacity());
          coming++;
        }
      }
    }
    return coming;
  }

  private List<Offer> offers(ClusterState state, NodeIndex index, Need need) {
    var byNode = new TreeMap<NodeId, List<Placement>>();
    var classes = new TreeMap<ProcessTypeId, Priority>();
    for (ProcessTypeId type : lower(state, need)) {
      classes.put(type, priority(state, type));
      for (Placement placement : state.placements().of(type)) {
        if (placement.isWanted()) {
          byNode.computeIfAbsent(placement.node(), _ -> new ArrayList<>()).add(placement);
        }
      }
    }
    Comparator<Placement> firstToLeave =
        Comparator.<Placement, Priority>comparing(
                it -> classes.getOrDefault(it.instance().type(), Priority.NORMAL))
            .thenComparing(Placement::id, Comparator.reverseOrder());
    var offers = new ArrayList<Offer>();
    byNode.forEach((id, candidates) -> {
      IndexedNode node = index.node(id);
      if (node != null && index.isOpenTo(node, need)) {
        candidates.sort(firstToLeave);
        List<Placement> victims = enough(node, need, candidates);
        if (!victims.isEmpty()) {
          Priority highest = classes.get(victims.getLast().instance().type());
          offers.add(new Offer(node, victims, highest == null ? Priority.NORMAL : highest));
        }
      }
    });
    offers.sort(
        Comparator.comparing(Offer::highest)
            .thenComparingInt(offer -> offer.victims().size())
            .thenComparing(offer -> offer.node().node().id()));
    return offers;
  }

  /** As few as make room for one, in their order; none if all together do not. */
  private static List<Placement> enough(IndexedNode node, Need need, List<Placement> candidates) {
    Capacity free = node.free();
    var victims = new ArrayList<Placement>();
    for (Placement candidate : candidates) {
      if (free.holds(need.capacity())) {
        break;
      }
      victims.add(candidate);
      free = free.plus(candidate.size().booked());
    }
    if (!free.holds(need.capacity())) {
      return List.of();
    }
    for (Placement victim : List.copyOf(victims.reversed())) {
      Capacity without = free.minus(victim.size().booked());
      if (without.holds(need.capacity())) {
        victims.remove(victim);
        free = without;
      }
    }
    return victims;
  }

  /** Whose instances may be taken for this. */
  @SuppressWarnings("ReferenceEquality") // the very same map holds the same formations
  private List<ProcessTypeId> lower(ClusterState state, Need need) {
    if (apps != state.apps()) {
      apps = state.apps();
      preemptible = preemptible(state);
    }
    var types = new ArrayList<>(preemptible);
    for (App app : state.appsOf(need.tenant())) {
      app.formation()
          .forEach((name, formation) -> {
            Priority priority = formation.demands().priority();
            if (priority != Priority.PREEMPTIBLE
                && priority.compareTo(need.demands().priority()) < 0) {
              types.add(new ProcessTypeId(app.id(), name));
            }
          });
    }
    return types;
  }

  private static List<ProcessTypeId> preemptible(ClusterState state) {
    var types = new ArrayList<ProcessTypeId>();
    for (App app : state.apps().values()) {
      app.formation()
          .forEach((name, formation) -> {
            if (formation.demands().priority() == Priority.PREEMPTIBLE) {
              types.add(new ProcessTypeId(app.id(), name));
            }
          });
    }
    return types;
  }

  /** Of the process type's formation as it is now. */
  public static Priority priority(ClusterState state, ProcessTypeId type) {
    if (type.isShadow()) {
      return Priority.PREEMPTIBLE;
    }
    App app = state.apps().get(type.app());
    var formation = app == null ? null : app.formation().get(type.name());
    return formation == null ? Priority.NORMAL : formation.demands().priority();
  }
}
