package dev.berth.scheduler.admission;

import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.ClusterSettings;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.EventDraft;
import dev.berth.scheduler.state.HistoryEvent.Subject;
import dev.berth.scheduler.state.Mutation;
import dev.berth.scheduler.state.Names;
import java.time.Instant;

/** A command with all that is needed to judge it. */
public record Request(
    ClusterState state,
    ClusterSettings settings,
    Command command,
    Caller caller,
    Mutation mutation,
    Instant now) {

  /** A history event that this request causes; the caller's own words are added to it. */
  EventDraft event(String kind, Subject subject, String message) {
    String reason = mutation.reason();
    return new EventDraft(
        kind,
        subject,
        caller.toString(),
        reason.isEmpty() ? message : message + " (" + Names.printable(reason) + ")");
  }
}
