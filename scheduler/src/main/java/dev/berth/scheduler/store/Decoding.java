package dev.berth.scheduler.store;

import dev.berth.proto.stored.v1.StoredApp;
import dev.berth.proto.stored.v1.StoredAutoscale;
import dev.berth.proto.stored.v1.StoredBase;
import dev.berth.proto.stored.v1.StoredBaseVersion;
import dev.berth.proto.stored.v1.StoredCounters;
import dev.berth.proto.stored.v1.StoredEvent;
import dev.berth.proto.stored.v1.StoredFormation;
import dev.berth.proto.stored.v1.StoredHistory;
import dev.berth.proto.stored.v1.StoredNode;
import dev.berth.proto.stored.v1.StoredPlacement;
import dev.berth.proto.stored.v1.StoredPlacements;
import dev.berth.proto.stored.v1.StoredProcessType;
import dev.berth.proto.stored.v1.StoredRelease;
import dev.berth.proto.stored.v1.StoredTenant;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Autoscale;
import dev.berth.scheduler.state.BaseLine;
import dev.berth.scheduler.state.BaseVersion;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Demands;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.EgressPolicy;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.HealthCheck;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.Ipv4Network;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.NodePolicy;
import dev.berth.scheduler.state.NodePool;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.Placement.Intent;
import dev.berth.scheduler.state.Placement.Wanted;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.Priority;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Quota;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.state.ReleaseId;
import dev.berth.scheduler.state.Requirement;
import dev.berth.scheduler.state.Tenant;
import dev.berth.scheduler.state.TenantId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

/**
 * Our records from their stored form. What cannot be read is a fault, never taken for "nothing".
 */
final class Decoding {
  private Decoding() {}

  static Tenant tenant(StoredTenant stored) {
    return new Tenant(
        new TenantId(stored.getName()),
        new Quota(stored.getMaxInstances(), stored.getMaxMemoryMib(), stored.getMaxApps()),
        new EgressPolicy(
            stored.getEgressAllowList().stream().map(Ipv4Network::of).toList(),
            stored.getEgressDenyList().stream().map(Ipv4Network::of).toList()),
        stored.getPool().isEmpty() ? NodePool.DEFAULT : stored.getPool(),
        new Digest(stored.getTokenHash()),
        stored.getVersion(),
        Instant.ofEpochMilli(stored.getCreatedAt()));
  }

  static App app(StoredApp stored) {
    TreePMap<String, Formation> formation = TreePMap.empty();
    for (Map.Entry<String, StoredFormation> entry : stored.getFormationMap().entrySet()) {
      formation = formation.plus(entry.getKey(), formation(entry.getValue()));
    }
    return new App(
        AppId.of(stored.getTenant(), stored.getName()),
        stored.getVersion(),
        Instant.ofEpochMilli(stored.getCreatedAt()),
        formation,
        TreePMap.from(stored.getConfigMap()),
        TreePVector.from(stored.getDomainsList()),
        new App.CurrentRelease(
            stored.getRelease(), stored.getLastRelease(), stored.getBaseVersion()),
        stored.getBaseLine(),
        TreePMap.from(stored.getRestartsMap()),
        CampaignCodec.course(stored),
        TurnoverCodec.turnover(stored),
        stored.getLeaving());
  }

  private static Formation formation(StoredFormation stored) {
    return new Formation(
        stored.getCount(),
        stored.getSize(),
        new Demands(
            stored.getWhereList().stream().map(Requirement::of).toList(),
            stored.getAntiAffinity(),
            Priority.find(stored.getPriority()).orElse(Priority.NORMAL)),
        stored.hasAutoscale() ? autoscale(stored.getAutoscale()) : null);
  }

  private static Autoscale autoscale(StoredAutoscale stored) {
    return new Autoscale(
        stored.getMin(),
        stored.getMax(),
        Autoscale.Measure.valueOf(stored.getMeasure()),
        stored.getTarget(),
        stored.hasQueue() ? TurnoverCodec.webhook(stored.getQueue()) : null);
  }

  static Release release(StoredRelease stored) {
    TreePMap<String, ProcessType> types = TreePMap.empty();
    for (StoredProcessType type : stored.getProcessTypesList()) {
      types = types.plus(type.getName(), processType(type));
    }
    return new Release(
        new ReleaseId(AppId.of(stored.getTenant(), stored.getApp()), stored.getNumber()),
        new Release.Slug(new Digest(stored.getSlugDigest()), stored.getSlugBytes()),
        stored.getBaseLine(),
        types,
        TreePMap.from(stored.getConfigMap()),
        new Release.Origin(
            Instant.ofEpochMilli(stored.getCreatedAt()),
            stored.getActor(),
            stored.getDescription()));
  }

  private static ProcessType processType(StoredProcessType stored) {
    return new ProcessType(
        stored.getName(),
        stored.getCommand(),
        new HealthCheck(
            HealthCheck.Kind.valueOf(stored.getHealthKind()),
            stored.getHealthPath(),
            stored.getHealthIntervalMillis(),
            stored.getHealthTimeoutMillis(),
            stored.getHealthStartDeadlineMillis(),
            stored.getHealthFailures()),
        stored.getGraceMillis());
  }

  static BaseLine base(StoredBase stored) {
    TreePVector<BaseVersion> versions = TreePVector.empty();
    for (StoredBaseVersion version : stored.getVersionsList()) {
      versions =
          versions.plus(
              new BaseVersion(
                  version.getNumber(),
                  new Digest(version.getDigest()),
                  version.getBytes(),
                  Instant.ofEpochMilli(version.getPublishedAt()),
                  version.getNotes(),
                  version.getWithdrawn(),
                  version.getForgotten()));
    }
    return new BaseLine(stored.getLine(), versions);
  }

  static KnownNode node(StoredNode stored) {
    return new KnownNode(
        new NodeId(stored.getName()),
        new Capacity(
            stored.getMemoryMib(),
            stored.getCpuMillis(),
            stored.getPids(),
            stored.getDiskMib(),
            stored.getAddresses()),
        stored.getArch(),
        TreePMap.from(stored.getLabelsMap()),
        stored.getAgentVersion(),
        stored.getRuntime(),
        stored.getBootId(),
        new NodePolicy(
            TreePMap.from(stored.getOperatorLabelsMap()),
            stored.getCordoned(),
            TurnoverCodec.drain(stored)));
  }

  /** What is the same in many placements is one object: there may be a million of them. */
  static List<Placement> placements(StoredPlacements stored, Function<String, NodeId> nodes) {
    var type =
        new ProcessTypeId(AppId.of(stored.getTenant(), stored.getApp()), stored.getProcessType());
    var placements = new ArrayList<Placement>(stored.getPlacementsCount());
    Wanted shared = null;
    for (StoredPlacement placement : stored.getPlacementsList()) {
      Wanted wanted = wanted(placement);
      if (shared == null || !wanted.equals(shared)) {
        shared = wanted;
      }
      placements.add(
          new Placement(
              new PlacementId(placement.getId()),
              new InstanceId(type, placement.getIndex()),
              nodes.apply(placement.getNode()),
              shared,
              intent(placement),
              Instant.ofEpochMilli(placement.getSince())));
    }
    return placements;
  }

  private static Wanted wanted(StoredPlacement stored) {
    return new Wanted(
        stored.getRelease(),
        stored.getBaseLine(),
        stored.getBaseVersion(),
        stored.getSize(),
        stored.getRestartToken());
  }

  private static Intent intent(StoredPlacement stored) {
    return switch (stored.getIntent()) {
      case RUN -> Intent.RUN;
      case DRAINING -> Intent.DRAINING;
      case STOPPING -> Intent.STOPPING;
      case INTENT_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalStateException(
              "placement %d has the unknown intent %d"
                  .formatted(stored.getId(), stored.getIntentValue()));
    };
  }

  static List<HistoryEvent> history(StoredHistory stored) {
    return stored.getEventsList().stream().map(Decoding::event).toList();
  }

  private static HistoryEvent event(StoredEvent stored) {
    TenantId tenant = stored.getTenant().isEmpty() ? null : new TenantId(stored.getTenant());
    AppId app =
        tenant == null || stored.getApp().isEmpty() ? null : new AppId(tenant, stored.getApp());
    InstanceId instance =
        app == null || stored.getProcessType().isEmpty()
            ? null
            : InstanceId.of(app, stored.getProcessType(), stored.getIndex());
    NodeId node = stored.getNode().isEmpty() ? null : new NodeId(stored.getNode());
    return new HistoryEvent(
        stored.getSequence(),
        Instant.ofEpochMilli(stored.getAt()),
        stored.getKind(),
        new HistoryEvent.Subject(tenant, app, instance, node),
        stored.getActor(),
        stored.getMessage());
  }

  static ClusterState.Counters counters(StoredCounters stored) {
    return new ClusterState.Counters(
        stored.getLastPlacement(),
        stored.getLastEvent(),
        new ClusterState.Floors(stored.getCampaignFloor(), stored.getBaseFloor()));
  }
}
