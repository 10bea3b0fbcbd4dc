package dev.berth.scheduler.admission;

import dev.berth.scheduler.admission.Verdict.Admitted;
import dev.berth.scheduler.admission.Verdict.Denied;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.AppName;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Departure;
import dev.berth.scheduler.state.HistoryEvent.Subject;
import dev.berth.scheduler.state.Names;
import dev.berth.scheduler.state.Outcome.Result;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.Tenant;
import dev.berth.scheduler.state.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Apps: made within the tenant's quota, destroyed with all that they have. */
final class AppRules {
  private AppRules() {}

  static Verdict create(Request request, Command.CreateApp create) {
    AppName name = create.name();
    Optional<Tenant> tenant =
        Names.isLegal(name.tenant()) && request.caller().maySee(new TenantId(name.tenant()))
            ? request.state().tenant(new TenantId(name.tenant()))
            : Optional.empty();
    if (tenant.isEmpty()) {
      return Refusals.noSuchTenant(name.tenant());
    }
    Optional<String> problem = Names.problem("app", name.app());
    if (problem.isPresent()) {
      return Refusals.badName("name.app", problem.get());
    }
    var id = new AppId(tenant.get().id(), name.app());
    return refusal(request, create, tenant.get(), id)
        .<Verdict>map(denied -> denied)
        .orElseGet(() -> created(request, create, id));
  }

  private static Optional<Denied> refusal(
      Request request, Command.CreateApp create, Tenant tenant, AppId id) {
    App existing = request.state().apps().get(id);
    if (existing != null) {
      return Optional.of(
          Refusals.denied(
              RefusalCode.APP_EXISTS,
              "name.app",
              existing.isLeaving()
                  ? "app " + id + " is being destroyed; its instances have not all stopped yet"
                  : "there is an app " + id + " already",
              existing.isLeaving() ? "try again in a moment" : "choose another name"));
    }
    int apps = request.state().appsOf(tenant.id()).size();
    if (apps >= tenant.quota().maxApps()) {
      return Optional.of(
          Refusals.overQuota("name.app", "apps", apps + 1L, tenant.quota().maxApps()));
    }
    String domain = request.settings().defaultDomain(id);
    if (request.state().domains().containsKey(domain)) {
      return Optional.of(
          Refusals.denied(
              RefusalCode.DOMAIN_TAKEN,
              "name.app",
              "the app's hostname " + domain + " belongs to another app",
              "choose another name"));
    }
    return create.baseLine().isEmpty() || request.state().bases().containsKey(create.baseLine())
        ? Optional.empty()
        : Optional.of(
            Refusals.denied(
                RefusalCode.BASE_NOT_FOUND,
                "base_line",
                "there is no base line " + Names.printable(create.baseLine()),
                "choose one of `berth bases list`"));
  }

  private static Verdict created(Request request, Command.CreateApp create, AppId id) {
    String line = create.baseLine().isEmpty() ? defaultLine(request) : create.baseLine();
    App app = App.create(id, request.settings().defaultDomain(id), line, request.now());
    return new Admitted(
        List.of(new Change.PutApp(app)),
        List.of(request.event("app.created", Subject.of(id), "app made on base line " + line)),
        new Result.AppResult(app));
  }

  /** The cluster's default, or the only thing there is while that was never published. */
  private static String defaultLine(Request request) {
    String preferred = request.settings().defaultBaseLine();
    var bases = request.state().bases();
    return bases.containsKey(preferred) || bases.isEmpty() ? preferred : bases.firstKey();
  }

  static Verdict destroy(Request request, App app) {
    var changes = new ArrayList<Change>();
    if (request.state().placements().typesOf(app.id()).isEmpty()) {
      changes.addAll(Departure.of(request.state(), app));
    } else {
      changes.add(new Change.PutApp(app.leaving().atVersion(app.version() + 1)));
    }
    return new Admitted(
        changes,
        List.of(request.event("app.destroyed", Subject.of(app.id()), "app destroyed")),
        new Result.Done());
  }
}
