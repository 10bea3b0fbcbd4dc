package dev.berth.scheduler.admission;

import dev.berth.scheduler.admission.Verdict.Denied;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.ClusterState.Use;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.Quota;
import dev.berth.scheduler.state.Sizes;
import dev.berth.scheduler.state.Tenant;
import dev.berth.scheduler.state.TenantId;
import java.util.Optional;

/** The quota: a change may not raise the tenant's use beyond it; lowering is always allowed. */
final class QuotaRules {
  private QuotaRules() {}

  static Optional<Denied> check(Request request, App before, App after, String field) {
    TenantId id = before.id().tenant();
    Quota quota = request.state().tenant(id).map(Tenant::quota).orElse(Quota.DEFAULT);
    Use now = request.state().use(id);
    Use then = less(now, useOf(before), useOf(after));
    if (then.instances() > quota.maxInstances() && then.instances() > now.instances()) {
      return Optional.of(
          Refusals.overQuota(field, "instances", then.instances(), quota.maxInstances()));
    }
    if (then.memoryMib() > quota.maxMemoryMib() && then.memoryMib() > now.memoryMib()) {
      return Optional.of(
          Refusals.overQuota(field, "MiB of memory", then.memoryMib(), quota.maxMemoryMib()));
    }
    return Optional.empty();
  }

  private static Use less(Use all, Use before, Use after) {
    return new Use(
        all.instances() - before.instances() + after.instances(),
        all.memoryMib() - before.memoryMib() + after.memoryMib());
  }

  private static Use useOf(App app) {
    long instances = 0;
    long memoryMib = 0;
    for (Formation formation : app.formation().values()) {
      instances += formation.count();
      memoryMib += (long) formation.count() * Sizes.known(formation.size()).memoryMib();
    }
    return new Use(instances, memoryMib);
  }
}
