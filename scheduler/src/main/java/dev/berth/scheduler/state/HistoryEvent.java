package dev.berth.scheduler.state;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A decision or an observation, with its cause. */
public record HistoryEvent(
    long sequence, Instant at, String kind, Subject subject, String actor, String message) {

  /** What it is about; each part is absent where it does not apply. */
  public record Subject(
      @Nullable TenantId tenant,
      @Nullable AppId app,
      @Nullable InstanceId instance,
      @Nullable NodeId node) {

    public static Subject cluster() {
      return new Subject(null, null, null, null);
    }

    public static Subject of(TenantId tenant) {
      return new Subject(tenant, null, null, null);
    }

    public static Subject of(AppId app) {
      return new Subject(app.tenant(), app, null, null);
    }

    public static Subject of(InstanceId instance, @Nullable NodeId node) {
      return new Subject(instance.tenant(), instance.app(), instance, node);
    }

    public static Subject of(NodeId node) {
      return new Subject(null, null, null, node);
    }
  }
}
