package dev.berth.scheduler.state;

/** A history event before it is given its number and time. */
public record EventDraft(String kind, HistoryEvent.Subject subject, String actor, String message) {

  /** Said by the scheduler itself. */
  public static EventDraft byScheduler(String kind, HistoryEvent.Subject subject, String message) {
    return new EventDraft(kind, subject, "scheduler", message);
  }
}
