package dev.berth.scheduler.state;

import java.util.List;

/** Where a process type's instances may go, and before whom. Applies to what is placed from now. */
public record Demands(List<Requirement> where, boolean antiAffinity, Priority priority) {
  public static final Demands NONE = new Demands(List.of(), false, Priority.NORMAL);
  public static final int MAX_REQUIREMENTS = 16;

  public Demands {
    where = List.copyOf(where);
  }

  public Demands with(Priority other) {
    return new Demands(where, antiAffinity, other);
  }
}
