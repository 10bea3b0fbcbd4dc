package dev.berth.scheduler.placement;

import dev.berth.scheduler.state.Actual;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Demands;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.NodePool;
import dev.berth.scheduler.state.NodePools;
import dev.berth.scheduler.state.NodeVerification;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.Placement.Intent;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.Priority;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Requirement;
import dev.berth.scheduler.state.Size;
import dev.berth.scheduler.state.TenantId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.pcollections.TreePMap;

/** A cluster's nodes and placements, with the index kept in step with them. */
final class Nodes {
  static final Capacity ROOMY = new Capacity(8192, 8000, 8192, 65_536, 1000);
  static final ProcessTypeId WEB = type("web");
  static final NodePools POOLS =
      NodePools.of(List.of(new NodePool("tight", NodePool.Policy.PACK, 4)));

  ClusterState state = ClusterState.empty();
  Actual actual = Actual.NOTHING;
  final NodeIndex index = new NodeIndex(POOLS);

  static ProcessTypeId type(String name) {
    return new ProcessTypeId(AppId.of("acme", "shop"), name);
  }

  static Need need(Size size, String... where) {
    return need("acme", size.booked(), where);
  }

  static Need need(String tenant, Capacity capacity, String... where) {
    List<Requirement> requirements = Arrays.stream(where).map(Requirement::of).toList();
    var demands = new Demands(requirements, false, Priority.NORMAL);
    return new Need(new TenantId(tenant), NodePool.DEFAULT, capacity, demands);
  }

  static Need apart(Need need) {
    return new Need(
        need.tenant(),
        need.pool(),
        need.capacity(),
        new Demands(need.demands().where(), true, need.demands().priority()));
  }

  static Need in(String pool, Need need) {
    return new Need(need.tenant(), pool, need.capacity(), need.demands());
  }

  /** Ready, verified, with labels such as "zone=a". */
  Nodes with(String name, Capacity capacity, String... labels) {
    put(node(name, capacity, labels));
    return heard(name);
  }

  Nodes heard(String name, String... failedChecks) {
    var verification =
        new NodeVerification(
            Instant.EPOCH, true, List.of("no-capabilities", "seccomp"), List.of(failedChecks));
    see(name, Actual.NodeActual.heard(1, Instant.EPOCH, verification));
    return this;
  }

  static KnownNode node(String name, Capacity capacity, String... labels) {
    TreePMap<String, String> map = TreePMap.empty();
    for (String label : labels) {
      map = map.plus(label.split("=", 2)[0], label.split("=", 2)[1]);
    }
    return new KnownNode(new NodeId(name), capacity, "x86_64", map, "1", "crun", "boot");
  }

  KnownNode known(NodeId id) {
    return Objects.requireNonNull(state.nodes().get(id));
  }

  void put(KnownNode node) {
    state = state.after(new Change.PutNode(node));
    index.put(node);
  }

  void see(String name, Actual.NodeActual seen) {
    actual = actual.withNode(new NodeId(name), seen);
    index.see(new NodeId(name), seen);
  }

  Placement place(ProcessTypeId type, int number, String node, Size size) {
    var placement =
        new Placement(
            new PlacementId(state.counters().lastPlacement() + 1),
            new InstanceId(type, number),
            new NodeId(node),
            new Placement.Wanted(1, "debian-12", 1, size.name(), 0),
            Intent.RUN,
            Instant.EPOCH);
    put(placement);
    return placement;
  }

  void put(Placement placement) {
    Placement before = state.placements().find(placement.id()).orElse(null);
    state = state.after(new Change.PutPlacement(placement));
    index.put(before, placement);
  }

  void remove(Placement placement) {
    state = state.after(new Change.RemovePlacement(placement));
    index.remove(placement);
  }

  Placer.Answer ask(ProcessTypeId type, Need need, int count) {
    return new SpreadPlacer().place(Placer.Group.of(type, need, count), index);
  }

  Placer.Answer askAgain(ProcessTypeId type, Need need, String... homes) {
    List<Optional<NodeId>> wishes =
        Stream.of(homes).map(home -> Optional.of(new NodeId(home))).toList();
    return new SpreadPlacer().place(new Placer.Group(type, need, wishes, List.of()), index);
  }

  /** Asks and does as answered; the names of the nodes chosen. */
  List<String> settle(ProcessTypeId type, Need need, Size size, int from, int to) {
    var names = new ArrayList<String>();
    List<Optional<NodeId>> chosen = ask(type, need, to - from + 1).nodes();
    for (int at = 0; at < chosen.size(); at++) {
      if (chosen.get(at).isPresent()) {
        String name = chosen.get(at).get().name();
        place(type, from + at, name, size);
        names.add(name);
      }
    }
    return names;
  }

  static List<String> names(Placer.Answer answer) {
    return answer.nodes().stream().flatMap(Optional::stream).map(NodeId::name).toList();
  }
}
