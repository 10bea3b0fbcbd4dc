package dev.berth.scheduler.state;

/** Names a tenant. */
public record TenantId(String name) implements Comparable<TenantId> {
  public TenantId {
    Names.require("tenant", name);
  }

  @Override
  public int compareTo(TenantId other) {
    return name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return name;
  }
}
