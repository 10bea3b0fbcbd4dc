package dev.berth.scheduler.wire;

import dev.berth.proto.v1.ContainerSpec;
import dev.berth.proto.v1.Order;
import dev.berth.scheduler.state.BaseVersion;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.EgressPolicy;
import dev.berth.scheduler.state.HealthCheck;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.state.ReleaseId;
import dev.berth.scheduler.state.Shadow;
import dev.berth.scheduler.state.Tenant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an agent is told of a placement. Pure.
 *
 * <p>The container's specification depends on the placement and its release alone, neither of which
 * changes; only the target and the tenant's egress policy do.
 */
public final class Orders {
  /** The port that every instance is told to listen on. */
  public static final int PORT = 5000;

  private Orders() {}

  public static Order order(ClusterState state, Placement placement, Specs specs) {
    InstanceId instance = placement.instance();
    Order.Builder order =
        Order.newBuilder()
            .setPlacementId(placement.id().value())
            .setTenant(instance.tenant().name())
            .setApp(instance.app().name())
            .setProcessType(instance.type().name())
            .setIndex(instance.index())
            .setTarget(
                switch (placement.intent()) {
                  case RUN, DRAINING -> Order.Target.RUN;
                  case STOPPING -> Order.Target.STOP;
                })
            .setEgress(
                Values.egress(
                    state
                        .tenant(instance.tenant())
                        .map(Tenant::egress)
                        .orElse(EgressPolicy.CLOSED)));
    specification(state, placement, specs).ifPresent(order::setSpec);
    if (order.getTarget() == Order.Target.RUN && !order.hasSpec()) {
      throw new IllegalStateException(
          "placement %s of %s should run, but its release v%d or base %s version %d is gone"
              .formatted(
                  placement.id(),
                  instance,
                  placement.wanted().release(),
                  placement.wanted().baseLine(),
                  placement.wanted().baseVersion()));
    }
    return order.build();
  }

  /** Absent only for a placement that stops after its release was forgotten. */
  private static Optional<ContainerSpec> specification(
      ClusterState state, Placement placement, Specs specs) {
    Placement.Wanted wanted = placement.wanted();
    ReleaseId id = new ReleaseId(placement.instance().app(), wanted.release());
    Optional<Release> release = state.release(id);
    Optional<BaseVersion> base = state.base(wanted.baseLine(), wanted.baseVersion());
    if (release.isEmpty() || base.isEmpty()) {
      return Optional.empty();
    }
    ProcessType type = type(release.get(), placement.instance());
    if (type == null) {
      return Optional.empty();
    }
    var key =
        new Specs.Key(
            placement.instance().type(),
            type.name(),
            wanted.release(),
            wanted.baseLine(),
            wanted.baseVersion(),
            wanted.size());
    ContainerSpec shared =
        specs.of(
            key,
            release.get(),
            base.get(),
            () -> shared(placement, type, release.get(), base.get()));
    return Optional.of(
        shared.toBuilder()
            .putEnvironment("BERTH_INSTANCE", placement.instance().shortName())
            .build());
  }

  /** All but what differs from instance to instance. */
  private static ContainerSpec shared(
      Placement placement, ProcessType type, Release release, BaseVersion base) {
    Placement.Wanted wanted = placement.wanted();
    return ContainerSpec.newBuilder()
        .setRelease(wanted.release())
        .setBaseDigest(base.digest().hex())
        .setSlugDigest(release.slug().digest().hex())
        .setCommand(type.command())
        .putAllEnvironment(environment(placement, release, type.name()))
        .setSize(Values.size(placement.size()))
        .setHealth(Values.health(health(placement, type)))
        .setGraceMillis(type.graceMillis())
        .setPort(PORT)
        .setBaseLine(wanted.baseLine())
        .setBaseVersion(wanted.baseVersion())
        .setOnce(isOnce(placement.instance().type()))
        .build();
  }

  /** A shadow instance that ends has told what it was to tell. */
  private static boolean isOnce(ProcessTypeId type) {
    return type.isShadow() || type.name().equals(ProcessType.RELEASE);
  }

  private static @Nullable ProcessType type(Release release, InstanceId instance) {
    return instance.type().isShadow()
        ? Shadow.stoodFor(release, instance.index()).orElse(null)
        : release.processTypes().get(instance.type().name());
  }

  /** Agents know what is usual by the name of the process type, which a shadow does not have. */
  private static HealthCheck health(Placement placement, ProcessType type) {
    HealthCheck health = type.health();
    boolean isWebsShadow =
        placement.instance().type().isShadow() && type.name().equals(ProcessType.WEB);
    return isWebsShadow && health.kind() == HealthCheck.Kind.DEFAULT
        ? health.of(HealthCheck.Kind.TCP)
        : health;
  }

  /** Config vars as they are, then Berth's own, which win; the instance's name comes last. */
  private static Map<String, String> environment(
      Placement placement, Release release, String type) {
    InstanceId instance = placement.instance();
    Map<String, String> environment = new TreeMap<>();
    environment.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    environment.put("LANG", "C.UTF-8");
    environment.putAll(release.config());
    environment.put("HOME", "/app");
    environment.put("TMPDIR", "/tmp");
    environment.put("PORT", Integer.toString(PORT));
    environment.put("BERTH_TENANT", instance.tenant().name());
    environment.put("BERTH_APP", instance.app().name());
    environment.put("BERTH_PROCESS_TYPE", type);
    environment.put("BERTH_RELEASE", "v" + placement.wanted().release());
    if (instance.type().isShadow()) {
      environment.put("BERTH_TRIAL", placement.wanted().baseLine());
    }
    return environment;
  }
}
