package dev.berth.scheduler.control;

import dev.berth.scheduler.state.Consent;
import dev.berth.scheduler.state.Consent.Standing;
import dev.berth.scheduler.state.Event;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;

/**
 * What apps' coordinators were asked of moves, and what they said; forgotten with the term, and in
 * minutes. Asks nobody: an edge does, and reports. Confined to the control loop.
 */
final class Consents {
  private final Working working;
  private TreePMap<PlacementId, Consent> all = TreePMap.empty();

  Consents(Working working) {
    this.working = working;
  }

  TreePMap<PlacementId, Consent> all() {
    return all;
  }

  @Nullable Consent of(PlacementId id) {
    return all.get(id);
  }

  /** From now on their answers are awaited. */
  void ask(List<PlacementId> asks) {
    for (PlacementId id : asks) {
      all = all.plus(id, new Consent(Standing.ASKED, working.now(), ""));
    }
  }

  /** An answer that nobody waits for any more is passed over. */
  void take(Event.MoveJudged judged) {
    Consent asked = all.get(judged.placement());
    Placement placement = working.state().placements().byId().get(judged.placement());
    if (asked == null || asked.standing() != Standing.ASKED || placement == null) {
      return;
    }
    Standing standing = judged.isAllowed() ? Standing.ALLOWED : Standing.DENIED;
    all = all.plus(judged.placement(), new Consent(standing, working.now(), judged.words()));
    working.touch(placement.instance().type());
  }

  /** Once a second: what is over, or about what is gone. */
  void look(Instant now) {
    for (Map.Entry<PlacementId, Consent> each : all.entrySet()) {
      Placement placement = working.state().placements().byId().get(each.getKey());
      if (each.getValue().isOver(now) || placement == null || !placement.isWanted()) {
        all = all.minus(each.getKey());
      }
    }
  }
}
