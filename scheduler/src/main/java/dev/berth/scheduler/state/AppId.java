package dev.berth.scheduler.state;

import java.util.Optional;

/** Names an app of a tenant. */
public record AppId(TenantId tenant, String name) implements Comparable<AppId> {
  public AppId {
    Names.require("app", name);
  }

  public static AppId of(String tenant, String app) {
    return new AppId(new TenantId(tenant), app);
  }

  /** Nothing if either name is illegal: such an app cannot exist. */
  public static Optional<AppId> lookup(String tenant, String app) {
    return Names.isLegal(tenant) && Names.isLegal(app)
        ? Optional.of(of(tenant, app))
        : Optional.empty();
  }

  @Override
  public int compareTo(AppId other) {
    int byTenant = tenant.compareTo(other.tenant);
    return byTenant == 0 ? name.compareTo(other.name) : byTenant;
  }

  @Override
  public String toString() {
    return tenant + "/" + name;
  }
}
