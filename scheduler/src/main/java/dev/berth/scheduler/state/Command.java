package dev.berth.scheduler.state;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a caller asks for, as it was written; admission decides what of it is legal. */
public sealed interface Command {
  record CreateTenant(String name, @Nullable Quota quota, Digest tokenHash) implements Command {}

  record SetQuota(String name, Quota quota) implements Command {}

  /** The networks as they were written. */
  record SetEgress(String name, List<String> allow, List<String> deny) implements Command {
    public SetEgress {
      allow = List.copyOf(allow);
      deny = List.copyOf(deny);
    }
  }

  /** Empty means the default pool. */
  record SetPool(String name, String pool) implements Command {}

  record LabelNode(String node, Map<String, String> set, List<String> unset) implements Command {
    public LabelNode {
      set = Collections.unmodifiableMap(new TreeMap<>(set));
      unset = List.copyOf(unset);
    }
  }

  record CordonNode(String node, boolean cordoned) implements Command {}

  /** A deadline of zero is none; the reason is the mutation's. */
  record DrainNode(String node, Duration deadline) implements Command {}

  record UndrainNode(String node) implements Command {}

  /** Has nodes evened out now, and to a smaller margin. */
  record RebalanceNodes() implements Command {}

  record RemoveNode(String node) implements Command {}

  /** What is null stays as it is; a window is written like 22:00-04:30, empty for none. */
  record SetRollout(AppName name, PolicyChange policy, BudgetChange budget) implements Command {}

  record PolicyChange(
      @Nullable Share surge,
      @Nullable Share unavailable,
      @Nullable Duration minHealthy,
      @Nullable Duration healthyWithin,
      @Nullable List<Integer> canary,
      @Nullable Duration soak,
      @Nullable Boolean byHand,
      @Nullable Boolean stays) {
    public PolicyChange {
      canary = canary == null ? null : List.copyOf(canary);
    }
  }

  record BudgetChange(
      @Nullable Long movesPerHour,
      @Nullable Duration minBetween,
      @Nullable String window,
      @Nullable CoordinatorAsked coordinator) {
    public BudgetChange(
        @Nullable Long movesPerHour, @Nullable Duration minBetween, @Nullable String window) {
      this(movesPerHour, minBetween, window, null);
    }
  }

  /** As it was written; an empty URL is none any more, a timeout of zero the usual one. */
  record WebhookAsked(String url, Duration timeout, String secret) {
    @Override
    public String toString() {
      return url + " " + timeout;
    }
  }

  record CoordinatorAsked(WebhookAsked webhook, boolean silenceAllows) {}

  record SteerDeploy(AppName name, DeploySteering steering) implements Command {}

  /** What may be done with a deploy under way. */
  enum DeploySteering {
    PAUSE,
    RESUME,
    PROMOTE,
    ABORT
  }

  /** Holds the replacing of lost instances, and campaigns. */
  record FreezeCluster() implements Command {}

  /** Ends that, and for so long also what too many silent nodes cause; zero: the usual time. */
  record ThawCluster(Duration time) implements Command {}

  record DestroyTenant(String name) implements Command {}

  /** An empty base line means the cluster's default. */
  record CreateApp(AppName name, String baseLine) implements Command {}

  record DestroyApp(AppName name) implements Command {}

  record Scale(AppName name, List<ScaleChange> changes) implements Command {
    public Scale {
      changes = List.copyOf(changes);
    }
  }

  /** An empty size leaves the size as it is. */
  record ScaleChange(String processType, long count, String size, DemandChange demands) {
    public ScaleChange(String processType, long count, String size) {
      this(processType, count, size, DemandChange.NONE);
    }
  }

  /** What is null or empty stays as it is. */
  record DemandChange(
      @Nullable List<String> where, @Nullable Boolean antiAffinity, String priority) {
    public static final DemandChange NONE = new DemandChange(null, null, "");

    public DemandChange {
      where = where == null ? null : List.copyOf(where);
    }
  }

  /** Null takes it off; the count then stays. */
  record SetAutoscale(AppName name, String processType, @Nullable AutoscaleAsked asked)
      implements Command {}

  /** As it was written. */
  record AutoscaleAsked(
      long min, long max, Autoscale.Measure measure, long target, @Nullable WebhookAsked queue) {
    public AutoscaleAsked(long min, long max, Autoscale.Measure measure, long target) {
      this(min, max, measure, target, null);
    }
  }

  /** What the autoscaler decided, and why. Nobody else asks for it. */
  record Rescale(AppName name, String processType, int count, String words) implements Command {}

  /** The target is empty (all), "web" or "web.3". */
  record Restart(AppName name, String target) implements Command {}

  record ChangeConfig(AppName name, Map<String, String> set, List<String> unset)
      implements Command {
    public ChangeConfig {
      set = Collections.unmodifiableMap(new TreeMap<>(set));
      unset = List.copyOf(unset);
    }
  }

  record AddDomain(AppName name, String hostname) implements Command {}

  record RemoveDomain(AppName name, String hostname) implements Command {}

  /** The edge has read the process types from the slug that it holds. */
  record CreateRelease(
      AppName name, Release.Slug slug, List<ProcessType> processTypes, String description)
      implements Command {
    public CreateRelease {
      processTypes = List.copyOf(processTypes);
    }
  }

  /** 0 means the release before the current one. */
  record Rollback(AppName name, long to) implements Command {}

  record PublishBase(String line, Digest digest, long bytes, String notes) implements Command {}

  /** Forgets base versions that nothing needs. */
  record CollectGarbage() implements Command {}

  /**
   * Begins a campaign.
   *
   * @param to 0 for the newest version in use
   */
  record RollBase(String line, long to, List<RingAsked> rings, Duration soak, boolean isOverride)
      implements Command {
    public RollBase {
      rings = List.copyOf(rings);
    }
  }

  /** Apps by name, or a share; as it was written. */
  record RingAsked(List<AppName> apps, long percent) {
    public RingAsked {
      apps = List.copyOf(apps);
    }
  }

  /**
   * Begins a trial.
   *
   * @param to 0 for the newest version in use
   */
  record TryBase(
      String line, long to, List<AppName> apps, String from, TrialPace pace, boolean isOfAllTypes)
      implements Command {
    public TryBase {
      apps = List.copyOf(apps);
    }
  }

  /** Zero means as usual. */
  record TrialPace(long atATime, Duration within) {}

  /** Number 0 means the line's newest trial. */
  record HaltTrial(String line, long number) implements Command {}

  /** Number 0 means the line's newest campaign. */
  record SteerCampaign(String line, long number, Steering steering) implements Command {}

  /** What an operator may do with a campaign. */
  enum Steering {
    HALT,
    RESUME,
    ROLL_BACK
  }

  /** Keeps campaigns away for so long; zero takes a pin off. */
  record PinBase(AppName name, Duration time) implements Command {}
}
