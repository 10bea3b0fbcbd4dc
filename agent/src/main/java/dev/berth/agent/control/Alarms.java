package dev.berth.agent.control;

import dev.berth.agent.order.PlacementId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/** When each placement is to be looked at again; one time each. Confined to the loop. */
final class Alarms {
  private record Alarm(Instant at, PlacementId id) {}

  private final NavigableSet<Alarm> byTime =
      new TreeSet<>(Comparator.comparing(Alarm::at).thenComparing(Alarm::id));
  private final Map<PlacementId, Instant> byId = new HashMap<>();

  void set(PlacementId id, Optional<Instant> at) {
    Instant before = at.isPresent() ? byId.put(id, at.get()) : byId.remove(id);
    if (before != null) {
      byTime.remove(new Alarm(before, id));
    }
    at.ifPresent(time -> byTime.add(new Alarm(time, id)));
  }

  Optional<Instant> next() {
    return byTime.isEmpty() ? Optional.empty() : Optional.of(byTime.getFirst().at());
  }

  /** Those whose time has come; each once. */
  List<PlacementId> due(Instant now) {
    List<PlacementId> due = new ArrayList<>();
    while (!byTime.isEmpty() && !byTime.getFirst().at().isAfter(now)) {
      Alarm alarm = byTime.removeFirst();
      byId.remove(alarm.id());
      due.add(alarm.id());
    }
    return due;
  }
}
