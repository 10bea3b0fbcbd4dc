package dev.berth.scheduler.admission;

import dev.berth.scheduler.admission.Verdict.Admitted;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.EgressPolicy;
import dev.berth.scheduler.state.HistoryEvent.Subject;
import dev.berth.scheduler.state.Labels;
import dev.berth.scheduler.state.Names;
import dev.berth.scheduler.state.NodePool;
import dev.berth.scheduler.state.Outcome.Result;
import dev.berth.scheduler.state.Quota;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.Tenant;
import dev.berth.scheduler.state.TenantId;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Tenants: made, limited and removed by operators only. */
final class TenantRules {
  private TenantRules() {}

  static Verdict create(Request request, Command.CreateTenant create) {
    if (!(request.caller() instanceof Caller.Operator)) {
      return Refusals.operatorsOnly("making a tenant");
    }
    Optional<String> problem = Names.problem("tenant", create.name());
    if (problem.isPresent()) {
      return Refusals.badName("name", problem.get());
    }
    var id = new TenantId(create.name());
    if (request.state().tenants().containsKey(id)) {
      return Refusals.denied(
          RefusalCode.TENANT_EXISTS,
          "name",
          "there is a tenant " + id + " already",
          "choose another name");
    }
    Quota quota = create.quota() == null ? Quota.DEFAULT : create.quota();
    var tenant = new Tenant(id, quota, EgressPolicy.OPEN, create.tokenHash(), 1, request.now());
    return new Admitted(
        List.of(new Change.PutTenant(tenant)),
        List.of(request.event("tenant.created", Subject.of(id), "tenant " + id + " made")),
        new Result.TenantResult(tenant));
  }

  static Verdict setQuota(Request request, Command.SetQuota set) {
    return onTenant(request, set.name(), tenant -> withQuota(request, tenant, set.quota()));
  }

  private static Verdict withQuota(Request request, Tenant tenant, Quota quota) {
    Tenant after = tenant.withQuota(quota);
    String message =
        "quota set to %d instances, %d MiB, %d apps"
            .formatted(quota.maxInstances(), quota.maxMemoryMib(), quota.maxApps());
    return new Admitted(
        List.of(new Change.PutTenant(after)),
        List.of(request.event("tenant.quota-set", Subject.of(tenant.id()), message)),
        new Result.TenantResult(after));
  }

  static Verdict setEgress(Request request, Command.SetEgress set) {
    return onTenant(request, set.name(), tenant -> EgressRules.set(request, tenant, set));
  }

  static Verdict setPool(Request request, Command.SetPool set) {
    return onTenant(request, set.name(), tenant -> inPool(request, tenant, set.pool()));
  }

  private static Verdict inPool(Request request, Tenant tenant, String written) {
    String pool = written.isEmpty() ? NodePool.DEFAULT : written;
    if (!Labels.isValue(pool)) {
      return Refusals.denied(
          RefusalCode.INVALID_REQUEST,
          "pool",
          Names.printable(pool) + " is not the name of a pool",
          "use at most 63 of a-z, A-Z, 0-9, '-', '_', '.', as in the nodes' label pool");
    }
    Tenant changed = tenant.withPool(pool);
    return new Admitted(
        List.of(new Change.PutTenant(changed)),
        List.of(
            request.event(
                "tenant.pool-changed",
                Subject.of(tenant.id()),
                "new instances go to pool %s (was %s)".formatted(pool, tenant.pool()))),
        new Result.TenantResult(changed));
  }

  static Verdict destroy(Request request, Command.DestroyTenant destroy) {
    return onTenant(request, destroy.name(), tenant -> withoutTenant(request, tenant));
  }

  private static Verdict withoutTenant(Request request, Tenant tenant) {
    int apps = request.state().appsOf(tenant.id()).size();
    if (apps > 0) {
      return Refusals.denied(
          RefusalCode.TENANT_NOT_EMPTY,
          "name",
          "tenant %s still has %d app(s), those being destroyed included"
              .formatted(tenant.id(), apps),
          "destroy them first: `berth apps destroy -a " + tenant.id() + "/APP`");
    }
    return new Admitted(
        List.of(new Change.RemoveTenant(tenant.id())),
        List.of(
            request.event(
                "tenant.destroyed", Subject.of(tenant.id()), "tenant " + tenant.id() + " removed")),
        new Result.Done());
  }

  private static Verdict onTenant(Request request, String name, Function<Tenant, Verdict> rule) {
    if (!(request.caller() instanceof Caller.Operator)) {
      return Refusals.operatorsOnly("changing a tenant");
    }
    Optional<Tenant> tenant =
        Names.isLegal(name) ? request.state().tenant(new TenantId(name)) : Optional.empty();
    if (tenant.isEmpty()) {
      return Refusals.noSuchTenant(name);
    }
    long expected = request.mutation().expectedVersion();
    long version = tenant.get().version();
    return expected != 0 && expected != version
        ? Refusals.conflict("tenant " + name, expected, version)
        : rule.apply(tenant.get());
  }
}
