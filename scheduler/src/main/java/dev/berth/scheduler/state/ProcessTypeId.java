package dev.berth.scheduler.state;

/** Names a process type of an app: acme/shop/web. */
public record ProcessTypeId(AppId app, String name) implements Comparable<ProcessTypeId> {
  public ProcessTypeId {
    Names.require("process type", name);
  }

  /** Are its instances those of a trial? They count to no formation, budget, deploy or campaign. */
  public boolean isShadow() {
    return name.equals(ProcessType.TRIAL);
  }

  @Override
  public int compareTo(ProcessTypeId other) {
    int byApp = app.compareTo(other.app);
    return byApp == 0 ? name.compareTo(other.name) : byApp;
  }

  @Override
  public String toString() {
    return app + "/" + name;
  }
}
