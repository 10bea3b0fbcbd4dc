package dev.berth.scheduler.admission;

import dev.berth.scheduler.admission.Verdict.Denied;
import dev.berth.scheduler.state.Command.DemandChange;
import dev.berth.scheduler.state.Demands;
import dev.berth.scheduler.state.Names;
import dev.berth.scheduler.state.Priority;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.Requirement;
import java.util.List;
import java.util.Optional;

/** Where a process type's instances may go, as its owner writes it. */
final class DemandRules {
  private DemandRules() {}

  static Optional<Denied> refusal(String field, DemandChange change) {
    List<String> where = change.where() == null ? List.of() : change.where();
    if (where.size() > Demands.MAX_REQUIREMENTS) {
      return Optional.of(
          Refusals.denied(
              RefusalCode.LIMIT_EXCEEDED,
              field + ".where",
              "%d requirements, at most %d are allowed"
                  .formatted(where.size(), Demands.MAX_REQUIREMENTS),
              "ask for less, or have the operator give nodes one label for all of it"));
    }
    for (String text : where) {
      if (Requirement.parse(text).isEmpty()) {
        return Optional.of(
            Refusals.denied(
                RefusalCode.INVALID_REQUEST,
                field + ".where",
                "'%s' is not a requirement".formatted(Names.printable(text)),
                "write key=value, key!=value or key in (value,value)"));
      }
    }
    return change.priority().isEmpty() || Priority.find(change.priority()).isPresent()
        ? Optional.empty()
        : Optional.of(
            Refusals.denied(
                RefusalCode.INVALID_REQUEST,
                field + ".priority",
                "there is no priority " + Names.printable(change.priority()),
                "choose one of: preemptible, low, normal, high"));
  }

  /** For a change that was not refused. */
  static Demands applied(Demands before, DemandChange change) {
    List<String> where = change.where();
    Boolean antiAffinity = change.antiAffinity();
    return new Demands(
        where == null ? before.where() : where.stream().map(Requirement::of).toList(),
        antiAffinity == null ? before.antiAffinity() : antiAffinity,
        Priority.find(change.priority()).orElse(before.priority()));
  }
}
