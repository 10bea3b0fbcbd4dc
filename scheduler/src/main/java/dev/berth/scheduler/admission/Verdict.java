package dev.berth.scheduler.admission;

import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.EventDraft;
import dev.berth.scheduler.state.Outcome.Refused;
import dev.berth.scheduler.state.Outcome.Result;
import java.util.List;

/** Whether a command may enter, and what it then changes. */
public sealed interface Verdict {
  record Admitted(List<Change> changes, List<EventDraft> events, Result result) implements Verdict {
    public Admitted {
      changes = List.copyOf(changes);
      events = List.copyOf(events);
    }
  }

  record Denied(Refused refused) implements Verdict {}
}
