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
import dev.berth.scheduler.state.Autoscale;
import dev.berth.scheduler.state.BaseLine;
import dev.berth.scheduler.state.BaseVersion;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.state.Ipv4Network;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.state.Requirement;
import dev.berth.scheduler.state.Tenant;
import java.util.List;

/** Our records in their stored form. */
final class Encoding {
  private Encoding() {}

  static StoredTenant tenant(Tenant tenant) {
    return StoredTenant.newBuilder()
        .setName(tenant.id().name())
        .setMaxInstances(tenant.quota().maxInstances())
        .setMaxMemoryMib(tenant.quota().maxMemoryMib())
        .setMaxApps(tenant.quota().maxApps())
        .setTokenHash(tenant.tokenHash().hex())
        .setVersion(tenant.version())
        .setCreatedAt(tenant.createdAt().toEpochMilli())
        .addAllEgressAllow(tenant.egress().allow().stream().map(Ipv4Network::toString).toList())
        .addAllEgressDeny(tenant.egress().deny().stream().map(Ipv4Network::toString).toList())
        .setPool(tenant.pool())
        .build();
  }

  private static StoredFormation.Builder formation(Formation formation) {
    StoredFormation.Builder stored = StoredFormation.newBuilder();
    Autoscale autoscale = formation.autoscale();
    if (autoscale != null) {
      var scaled =
          StoredAutoscale.newBuilder()
              .setMin(autoscale.min())
              .setMax(autoscale.max())
              .setMeasure(autoscale.measure().name())
              .setTarget(autoscale.target());
      if (autoscale.queue() != null) {
        scaled.setQueue(TurnoverCodec.webhook(autoscale.queue()));
      }
      stored.setAutoscale(scaled);
    }
    return stored;
  }

  static StoredApp app(App app) {
    var stored =
        StoredApp.newBuilder()
            .setTenant(app.id().tenant().name())
            .setName(app.id().name())
            .setVersion(app.version())
            .setCreatedAt(app.createdAt().toEpochMilli())
            .putAllConfig(app.config())
            .addAllDomains(app.domains())
            .setRelease(app.release().number())
            .setLastRelease(app.release().lastNumber())
            .setBaseVersion(app.release().baseVersion())
            .setBaseLine(app.baseLine())
            .putAllRestarts(app.restarts())
            .setLeaving(app.isLeaving());
    CampaignCodec.encode(app.baseCourse(), stored);
    TurnoverCodec.encode(app.turnover(), stored);
    app.formation()
        .forEach((type, formation) ->
            stored.putFormation(
                type,
                formation(formation)
                    .setCount(formation.count())
                    .setSize(formation.size())
                    .addAllWhere(
                        formation.demands().where().stream().map(Requirement::toString).toList())
                    .setAntiAffinity(formation.demands().antiAffinity())
                    .setPriority(formation.demands().priority().word())
                    .build()));
    return stored.build();
  }

  static StoredRelease release(Release release) {
    var stored =
        StoredRelease.newBuilder()
            .setTenant(release.id().app().tenant().name())
            .setApp(release.id().app().name())
            .setNumber(release.id().number())
            .setSlugDigest(release.slug().digest().hex())
            .setSlugBytes(release.slug().bytes())
            .setBaseLine(release.baseLine())
            .putAllConfig(release.config())
            .setCreatedAt(release.origin().at().toEpochMilli())
            .setActor(release.origin().actor())
            .setDescription(release.origin().description());
    release.processTypes().values().forEach(type -> stored.addProcessTypes(processType(type)));
    return stored.build();
  }

  private static StoredProcessType processType(ProcessType type) {
    return StoredProcessType.newBuilder()
        .setName(type.name())
        .setCommand(type.command())
        .setGraceMillis(type.graceMillis())
        .setHealthKind(type.health().kind().name())
        .setHealthPath(type.health().path())
        .setHealthIntervalMillis(type.health().intervalMillis())
        .setHealthTimeoutMillis(type.health().timeoutMillis())
        .setHealthStartDeadlineMillis(type.health().startDeadlineMillis())
        .setHealthFailures(type.health().failures())
        .build();
  }

  static StoredBase base(BaseLine base) {
    var stored = StoredBase.newBuilder().setLine(base.name());
    for (BaseVersion version : base.versions()) {
      stored.addVersions(
          StoredBaseVersion.newBuilder()
              .setNumber(version.number())
              .setDigest(version.digest().hex())
              .setBytes(version.bytes())
              .setPublishedAt(version.publishedAt().toEpochMilli())
              .setNotes(version.notes())
              .setWithdrawn(version.isWithdrawn())
              .setForgotten(version.isForgotten()));
    }
    return stored.build();
  }

  static StoredNode node(KnownNode node) {
    var stored =
        StoredNode.newBuilder()
            .setName(node.id().name())
            .setMemoryMib(node.capacity().memoryMib())
            .setCpuMillis(node.capacity().cpuMillis())
            .setPids(node.capacity().pids())
            .setDiskMib(node.capacity().diskMib())
            .setArch(node.arch())
            .putAllLabels(node.labels())
            .setAgentVersion(node.agentVersion())
            .setRuntime(node.runtime())
            .setBootId(node.bootId())
            .setAddresses(node.capacity().addresses())
            .putAllOperatorLabels(node.policy().labels())
            .setCordoned(node.policy().isCordoned());
    TurnoverCodec.encode(node.policy(), stored);
    return stored.build();
  }

  static StoredPlacements placements(ProcessTypeId type, List<Placement> placements) {
    var stored =
        StoredPlacements.newBuilder()
            .setTenant(type.app().tenant().name())
            .setApp(type.app().name())
            .setProcessType(type.name());
    placements.forEach(placement -> stored.addPlacements(placement(placement)));
    return stored.build();
  }

  private static StoredPlacement placement(Placement placement) {
    return StoredPlacement.newBuilder()
        .setId(placement.id().value())
        .setIndex(placement.instance().index())
        .setNode(placement.node().name())
        .setRelease(placement.wanted().release())
        .setBaseLine(placement.wanted().baseLine())
        .setBaseVersion(placement.wanted().baseVersion())
        .setSize(placement.wanted().size())
        .setRestartToken(placement.wanted().restartToken())
        .setIntent(
            switch (placement.intent()) {
              case RUN -> StoredPlacement.Intent.RUN;
              case DRAINING -> StoredPlacement.Intent.DRAINING;
              case STOPPING -> StoredPlacement.Intent.STOPPING;
            })
        .setSince(placement.since().toEpochMilli())
        .build();
  }

  static StoredHistory history(List<HistoryEvent> events) {
    var stored = StoredHistory.newBuilder();
    for (HistoryEvent event : events) {
      stored.addEvents(event(event));
    }
    return stored.build();
  }

  private static StoredEvent event(HistoryEvent event) {
    var stored =
        StoredEvent.newBuilder()
            .setSequence(event.sequence())
            .setAt(event.at().toEpochMilli())
            .setKind(event.kind())
            .setActor(event.actor())
            .setMessage(event.message());
    HistoryEvent.Subject subject = event.subject();
    if (subject.tenant() != null) {
      stored.setTenant(subject.tenant().name());
    }
    if (subject.app() != null) {
      stored.setApp(subject.app().name());
    }
    if (subject.instance() != null) {
      stored.setProcessType(subject.instance().type().name()).setIndex(subject.instance().index());
    }
    if (subject.node() != null) {
      stored.setNode(subject.node().name());
    }
    return stored.build();
  }

  static StoredCounters counters(ClusterState.Counters counters) {
    return StoredCounters.newBuilder()
        .setLastPlacement(counters.lastPlacement())
        .setLastEvent(counters.lastEvent())
        .setCampaignFloor(counters.floors().campaign())
        .setBaseFloor(counters.floors().base())
        .build();
  }
}
