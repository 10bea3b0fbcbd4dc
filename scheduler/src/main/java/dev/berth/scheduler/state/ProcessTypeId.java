package dev.berth.scheduler.state;

import java.util.Comparator;

/** Names a process type of an app: acme/shop/web. */
public record ProcessTypeId(AppId app, String name) implements Comparable<ProcessTypeId> {
  private static final Comparator<ProcessTypeId> ORDER =
      Comparator.comparing(ProcessTypeId::app).thenComparing(ProcessTypeId::name);

  public ProcessTypeId {
    Names.require("process type", name);
  }

  /** Are its instances those of a trial? They count to no formation, budget, deploy or campaign. */
  public boolean isShadow() {
    return name.equals(ProcessType.TRIAL);
  }

  @Override
  public int compareTo(ProcessTypeId other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return app + "/" + name;
  }
}
