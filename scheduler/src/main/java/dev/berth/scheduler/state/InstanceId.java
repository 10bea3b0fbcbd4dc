package dev.berth.scheduler.state;

/** Names an instance: acme/shop/web.3. Indexes start at 1. */
public record InstanceId(ProcessTypeId type, int index) implements Comparable<InstanceId> {
  public InstanceId {
    if (index < 1) {
      throw new IllegalArgumentException("instance index must be at least 1, not " + index);
    }
  }

  public static InstanceId of(AppId app, String processType, int index) {
    return new InstanceId(new ProcessTypeId(app, processType), index);
  }

  public AppId app() {
    return type.app();
  }

  public TenantId tenant() {
    return type.app().tenant();
  }

  /** Within its app: web.3. */
  public String shortName() {
    return type.name() + "." + index;
  }

  @Override
  public int compareTo(InstanceId other) {
    int byType = type.compareTo(other.type);
    return byType == 0 ? Integer.compare(index, other.index) : byType;
  }

  @Override
  public String toString() {
    return type + "." + index;
  }
}
