package dev.berth.scheduler.state;

import java.util.Comparator;
import java.util.Optional;

/** Names an app of a tenant. */
public record AppId(TenantId tenant, String name) implements Comparable<AppId> {
  private static final Comparator<AppId> ORDER =
      Comparator.comparing(AppId::tenant).thenComparing(AppId::name);

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
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return tenant + "/" + name;
  }
}
