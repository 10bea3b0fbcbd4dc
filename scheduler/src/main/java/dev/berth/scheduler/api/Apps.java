package dev.berth.scheduler.api;

import dev.berth.proto.v1.Formation;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Autoscale;
import dev.berth.scheduler.state.BaseCourse;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.state.Requirement;
import dev.berth.scheduler.state.Tenant;
import dev.berth.scheduler.wire.Values;
import java.util.Objects;

/** Tenants, apps and releases as the public API shows them. Pure. */
final class Apps {
  private Apps() {}

  static dev.berth.proto.v1.Tenant tenant(ClusterState state, Tenant tenant) {
    ClusterState.Use use = state.use(tenant.id());
    return dev.berth.proto.v1.Tenant.newBuilder()
        .setName(tenant.id().name())
        .setQuota(Values.quota(tenant.quota()))
        .setVersion(tenant.version())
        .setCreatedAt(tenant.createdAt().toEpochMilli())
        .setInstancesUsed((int) use.instances())
        .setMemoryMibUsed(use.memoryMib())
        .setEgress(Values.egress(tenant.egress()))
        .setPool(tenant.pool())
        .build();
  }

  static dev.berth.proto.v1.App app(App app) {
    dev.berth.proto.v1.App.Builder built =
        dev.berth.proto.v1.App.newBuilder()
            .setTenant(app.id().tenant().name())
            .setName(app.id().name())
            .setVersion(app.version())
            .setCreatedAt(app.createdAt().toEpochMilli())
            .addAllDomains(app.domains())
            .setCurrentRelease(app.release().number())
            .setBaseLine(app.baseLine())
            .setBaseVersion(app.release().baseVersion());
    BaseCourse.Pin pin = app.baseCourse().pin();
    if (pin != null) {
      built.setBasePinnedUntil(pin.until().toEpochMilli());
    }
    Rollouts.show(app.turnover(), built);
    app.formation()
        .forEach((type, wanted) ->
            built.addFormation(
                formation(wanted)
                    .setProcessType(type)
                    .setCount(wanted.count())
                    .setSize(wanted.size())
                    .addAllWhere(
                        wanted.demands().where().stream().map(Requirement::toString).toList())
                    .setAntiAffinity(wanted.demands().antiAffinity())
                    .setPriority(wanted.demands().priority().word())));
    return built.build();
  }

  private static Formation.Builder formation(dev.berth.scheduler.state.Formation wanted) {
    Formation.Builder built = Formation.newBuilder();
    Autoscale policy = wanted.autoscale();
    if (policy != null) {
      var shown =
          dev.berth.proto.v1.Autoscale.newBuilder().setMin(policy.min()).setMax(policy.max());
      switch (policy.measure()) {
        case P95_MILLIS -> shown.setP95Millis(policy.target());
        case REQUESTS -> shown.setRequests(policy.target());
        case CPU_PERCENT -> shown.setCpuPercent(policy.target());
        case QUEUE ->
            shown.setQueue(
                dev.berth.proto.v1.Autoscale.Queue.newBuilder()
                    .setJobs(policy.target())
                    .setWebhook(Values.webhook(Objects.requireNonNull(policy.queue()))));
      }
      built.setAutoscale(shown);
    }
    return built;
  }

  /** Without config, which may hold secrets. */
  static dev.berth.proto.v1.Release release(Release release) {
    dev.berth.proto.v1.Release.Builder built =
        dev.berth.proto.v1.Release.newBuilder()
            .setTenant(release.id().app().tenant().name())
            .setApp(release.id().app().name())
            .setNumber(release.id().number())
            .setSlugDigest(release.slug().digest().hex())
            .setSlugBytes(release.slug().bytes())
            .setBaseLine(release.baseLine())
            .setCreatedAt(release.origin().at().toEpochMilli())
            .setCreatedBy(release.origin().actor())
            .setDescription(release.origin().description());
    release.processTypes().values().forEach(type -> built.addProcessTypes(processType(type)));
    return built.build();
  }

  private static dev.berth.proto.v1.ProcessType processType(ProcessType type) {
    return dev.berth.proto.v1.ProcessType.newBuilder()
        .setName(type.name())
        .setCommand(type.command())
        .setHealth(Values.health(type.health()))
        .setGraceMillis(type.graceMillis())
        .build();
  }

  /** The app of an accepted command that changes one. */
  static dev.berth.proto.v1.App changed(Outcome.Result result) {
    return app(Results.as(Outcome.Result.AppResult.class, result).app());
  }
}
