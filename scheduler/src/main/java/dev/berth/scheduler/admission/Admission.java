package dev.berth.scheduler.admission;

import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.AppName;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Mutation;
import dev.berth.scheduler.state.RefusalCode;
import java.util.function.Function;

/**
 * Says whether a command may enter and what it changes.
 *
 * <p>Checks in this order: may the caller see the thing, does it exist, is its version the expected
 * one, is the request legal, does it fit the quota. A denied command changes nothing. What belongs
 * to another tenant is answered as if it did not exist.
 */
public final class Admission {
  private static final int MAX_REASON = 500;
  private static final int MAX_KEY = 64;

  private Admission() {}

  public static Verdict judge(Request request) {
    Mutation mutation = request.mutation();
    if (mutation.reason().length() > MAX_REASON || mutation.idempotencyKey().length() > MAX_KEY) {
      return tooLong(mutation);
    }
    return switch (request.command()) {
      case Command.CreateTenant create -> TenantRules.create(request, create);
      case Command.SetQuota set -> TenantRules.setQuota(request, set);
      case Command.SetEgress set -> TenantRules.setEgress(request, set);
      case Command.SetPool set -> TenantRules.setPool(request, set);
      case Command.LabelNode label -> NodeRules.label(request, label);
      case Command.CordonNode cordon -> NodeRules.cordon(request, cordon);
      case Command.DrainNode drain -> NodeRules.drain(request, drain);
      case Command.UndrainNode undrain -> NodeRules.undrain(request, undrain);
      case Command.RebalanceNodes _ -> NodeRules.rebalance(request);
      case Command.RemoveNode remove -> NodeRules.remove(request, remove);
      case Command.FreezeCluster _ -> FreezeRules.freeze(request);
      case Command.ThawCluster thaw -> FreezeRules.thaw(request, thaw);
      case Command.DestroyTenant destroy -> TenantRules.destroy(request, destroy);
      case Command.CreateApp create -> AppRules.create(request, create);
      case Command.DestroyApp destroy ->
          onApp(request, destroy.name(), app -> AppRules.destroy(request, app));
      case Command.Scale scale ->
          onApp(request, scale.name(), app -> ScaleRules.scale(request, app, scale));
      case Command.SetAutoscale set ->
          onApp(request, set.name(), app -> AutoscaleRules.set(request, app, set));
      case Command.Rescale rescale ->
          onApp(request, rescale.name(), app -> AutoscaleRules.rescale(request, app, rescale));
      case Command.Restart restart ->
          onApp(request, restart.name(), app -> RestartRules.restart(request, app, restart));
      case Command.ChangeConfig change ->
          onApp(request, change.name(), app -> ConfigRules.change(request, app, change));
      case Command.SetRollout set ->
          onApp(request, set.name(), app -> RolloutRules.set(request, app, set));
      case Command.SteerDeploy steer ->
          onApp(request, steer.name(), app -> RolloutRules.steer(request, app, steer));
      case Command.AddDomain add ->
          onApp(request, add.name(), app -> DomainRules.add(request, app, add));
      case Command.RemoveDomain remove ->
          onApp(request, remove.name(), app -> DomainRules.remove(request, app, remove));
      case Command.CreateRelease create ->
          onApp(request, create.name(), app -> ReleaseRules.create(request, app, create));
      case Command.Rollback rollback ->
          onApp(request, rollback.name(), app -> ReleaseRules.rollBack(request, app, rollback));
      case Command.PublishBase publish -> BaseRules.publish(request, publish);
      case Command.CollectGarbage _ -> BaseRules.collect(request);
      case Command.RollBase roll -> CampaignRules.roll(request, roll);
      case Command.SteerCampaign steer -> CampaignRules.steer(request, steer);
      case Command.TryBase asked -> TrialRules.begin(request, asked);
      case Command.HaltTrial halt -> TrialRules.halt(request, halt);
      case Command.PinBase pin ->
          onApp(request, pin.name(), app -> CampaignRules.pin(request, app, pin));
    };
  }

  private static Verdict tooLong(Mutation mutation) {
    return Refusals.denied(
        RefusalCode.INVALID_REQUEST,
        "mutation",
        "the reason has %d characters of %d allowed, the idempotency key %d of %d"
            .formatted(
                mutation.reason().length(),
                MAX_REASON,
                mutation.idempotencyKey().length(),
                MAX_KEY),
        "shorten them");
  }

  private static Verdict onApp(Request request, AppName name, Function<App, Verdict> rule) {
    App app =
        AppId.lookup(name.tenant(), name.app())
            .filter(id -> request.caller().maySee(id.tenant()))
            .flatMap(request.state()::app)
            .filter(found -> !found.isLeaving())
            .orElse(null);
    if (app == null) {
      return Refusals.noSuchApp(name);
    }
    long expected = request.mutation().expectedVersion();
    if (expected != 0 && expected != app.version()) {
      return Refusals.conflict("app " + app.id(), expected, app.version());
    }
    return rule.apply(app);
  }
}
