package dev.berth.scheduler.state;

import dev.berth.scheduler.state.Outcome.Result;
import java.time.Instant;
import java.util.Optional;

/**
 * That a request was accepted, for whoever asks again under the same key.
 *
 * <p>Names what was made instead of holding it: who asks again is shown the thing as it then is.
 *
 * @param fingerprint of the request, so that the key is not taken for another one's
 */
public record GivenAnswer(
    long sequence, Caller caller, String key, String fingerprint, Instant at, Made made) {

  /** Unambiguous: a caller's name has no space. */
  public String of() {
    return keyOf(caller, key);
  }

  public static String keyOf(Caller caller, String key) {
    return caller + " " + key;
  }

  /** What came of the request, by name. */
  public record Made(Kind kind, String name, long number, boolean flag) {

    public static Made of(Result result) {
      return switch (result) {
        case Result.Done() -> new Made(Kind.DONE, "", 0, false);
        case Result.TenantResult(Tenant tenant) ->
            new Made(Kind.TENANT, tenant.id().name(), 0, false);
        case Result.AppResult(App app) -> new Made(Kind.APP, app.id().toString(), 0, false);
        case Result.CampaignResult(Campaign campaign) ->
            new Made(Kind.CAMPAIGN, "", campaign.id().number(), false);
        case Result.TrialResult(Trial trial) ->
            new Made(Kind.TRIAL, "", trial.id().number(), false);
        case Result.ReleaseResult(App app, Release release) ->
            new Made(
                Kind.RELEASE,
                app.id().toString(),
                release == null ? 0 : release.id().number(),
                false);
        case Result.NodeResult(KnownNode node) -> new Made(Kind.NODE, node.id().name(), 0, false);
        case Result.Restarting(int instances) -> new Made(Kind.RESTARTING, "", instances, false);
        case Result.BaseResult(String line, BaseVersion version, boolean created) ->
            new Made(Kind.BASE, line, version.number(), created);
      };
    }

    /** Empty if it is gone by now. */
    public Optional<Result> in(ClusterState state) {
      return switch (kind) {
        case DONE -> Optional.of(new Result.Done());
        case TENANT -> state.tenant(new TenantId(name)).map(Result.TenantResult::new);
        case APP -> app(state).map(Result.AppResult::new);
        case CAMPAIGN ->
            Optional.ofNullable(state.campaigns().get(new CampaignId(number)))
                .map(Result.CampaignResult::new);
        case TRIAL ->
            Optional.ofNullable(state.upkeep().trials().get(new TrialId(number)))
                .map(Result.TrialResult::new);
        case RELEASE -> app(state).flatMap(app -> release(state, app));
        case NODE ->
            Optional.ofNullable(state.nodes().get(new NodeId(name))).map(Result.NodeResult::new);
        case RESTARTING -> Optional.of(new Result.Restarting((int) number));
        case BASE ->
            state
                .base(name, (int) number)
                .map(version -> new Result.BaseResult(name, version, flag));
      };
    }

    private Optional<App> app(ClusterState state) {
      int slash = name.indexOf('/');
      return state.app(AppId.of(name.substring(0, slash), name.substring(slash + 1)));
    }

    private Optional<Result> release(ClusterState state, App app) {
      return number == 0
          ? Optional.of(new Result.ReleaseResult(app, null))
          : state
              .release(new ReleaseId(app.id(), (int) number))
              .map(release -> new Result.ReleaseResult(app, release));
    }
  }

  /** What kinds of thing a request makes; stored by name. */
  public enum Kind {
    DONE,
    TENANT,
    APP,
    RELEASE,
    CAMPAIGN,
    TRIAL,
    NODE,
    RESTARTING,
    BASE
  }
}
