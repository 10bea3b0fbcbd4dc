package dev.berth.scheduler.state;

import java.util.Collection;
import java.util.Optional;
import org.pcollections.TreePMap;

/**
 * All that is durable: what the cluster should be.
 *
 * <p>Changes only through {@link #after}; the maps by process type, node, hostname and token are
 * kept in step there and nowhere else. Every map iterates in one fixed order.
 */
public record ClusterState(
    TreePMap<TenantId, Tenant> tenants,
    TreePMap<AppId, App> apps,
    TreePMap<ReleaseId, Release> releases,
    TreePMap<String, BaseLine> bases,
    TreePMap<CampaignId, Campaign> campaigns,
    TreePMap<NodeId, KnownNode> nodes,
    Placements placements,
    TreePMap<String, AppId> domains,
    TreePMap<Digest, TenantId> tokens,
    Upkeep upkeep,
    Counters counters) {

  /** The numbers given last; they never go back. */
  public record Counters(long lastPlacement, long lastEvent, Floors floors) {
    public Counters(long lastPlacement, long lastEvent) {
      this(lastPlacement, lastEvent, Floors.NONE);
    }

    Counters placed(PlacementId id) {
      return new Counters(Math.max(lastPlacement, id.value()), lastEvent, floors);
    }

    Counters told(long event) {
      return new Counters(lastPlacement, event, floors);
    }
  }

  /** Up to these no number is given: before a restore it may have been given to something else. */
  public record Floors(long campaign, int base) {
    public static final Floors NONE = new Floors(0, 0);
  }

  public static ClusterState empty() {
    return new ClusterState(
        TreePMap.empty(),
        TreePMap.empty(),
        TreePMap.empty(),
        TreePMap.empty(),
        TreePMap.empty(),
        TreePMap.empty(),
        Placements.NONE,
        TreePMap.empty(),
        TreePMap.empty(),
        Upkeep.NONE,
        new Counters(0, 0));
  }

  public Optional<Tenant> tenant(TenantId id) {
    return Optional.ofNullable(tenants.get(id));
  }

  public Optional<App> app(AppId id) {
    return Optional.ofNullable(apps.get(id));
  }

  public Optional<Release> release(ReleaseId id) {
    return Optional.ofNullable(releases.get(id));
  }

  /** The release that is wanted now, if the app was ever deployed. */
  public Optional<Release> currentRelease(App app) {
    return app.isDeployed()
        ? release(new ReleaseId(app.id(), app.release().number()))
        : Optional.empty();
  }

  public Optional<BaseVersion> base(String line, int version) {
    return Optional.ofNullable(bases.get(line)).flatMap(base -> base.version(version));
  }

  /** What the next campaign is called. */
  public CampaignId nextCampaign() {
    long last = campaigns.isEmpty() ? 0 : campaigns.lastKey().number();
    return new CampaignId(Math.max(last, counters.floors().campaign()) + 1);
  }

  /** What the next trial is called; after a restore as far ahead as a campaign. */
  public TrialId nextTrial() {
    long last = upkeep.trials().isEmpty() ? 0 : upkeep.trials().lastKey().number();
    return new TrialId(Math.max(last, counters.floors().campaign()) + 1);
  }

  /** The number of the line's next version. */
  public int nextVersion(BaseLine line) {
    int last = line.versions().isEmpty() ? 0 : line.newest().number();
    return Math.max(last, counters.floors().base()) + 1;
  }

  /** The line's campaign that is not over; there is at most one. */
  public Optional<Campaign> campaignOf(String line) {
    return campaigns.values().stream()
        .filter(campaign -> campaign.course().line().equals(line) && !campaign.isOver())
        .findFirst();
  }

  public Optional<TenantId> tenantByToken(Digest tokenHash) {
    return Optional.ofNullable(tokens.get(tokenHash));
  }

  /** The tenant's apps in order of name. */
  public Collection<App> appsOf(TenantId tenant) {
    return Ranges.of(apps, new AppId(tenant, Ranges.FIRST_NAME), id -> id.tenant().equals(tenant));
  }

  /** The app's releases, oldest first. */
  public Collection<Release> releasesOf(AppId app) {
    return Ranges.of(releases, new ReleaseId(app, 1), id -> id.app().equals(app));
  }

  /** What the tenant's formations ask for together. */
  public Use use(TenantId tenant) {
    long instances = 0;
    long memoryMib = 0;
    for (App app : appsOf(tenant)) {
      if (app.isLeaving()) {
        continue;
      }
      for (Formation formation : app.formation().values()) {
        instances += formation.count();
        memoryMib += (long) formation.count() * Sizes.known(formation.size()).memoryMib();
      }
    }
    return new Use(instances, memoryMib);
  }

  /** A tenant's use, to compare with its quota. */
  public record Use(long instances, long memoryMib) {}

  public ClusterState after(Collection<Change> changes) {
    ClusterState state = this;
    for (Change change : changes) {
      state = state.after(change);
    }
    return state;
  }

  public ClusterState after(Change change) {
    return switch (change) {
      case Change.PutTenant(Tenant tenant) -> withTenant(tenant);
      case Change.RemoveTenant(TenantId id) -> withoutTenant(id);
      case Change.PutApp(App app) -> withApps(apps.plus(app.id(), app), domainsAfter(app));
      case Change.RemoveApp(AppId id) -> withoutApp(id);
      case Change.PutRelease(Release release) -> withReleases(releases.plus(release.id(), release));
      case Change.RemoveRelease(ReleaseId id) -> withReleases(releases.minus(id));
      case Change.PutBase(BaseLine base) -> withBases(bases.plus(base.name(), base));
      case Change.PutCampaign(Campaign campaign) ->
          withCampaigns(campaigns.plus(campaign.id(), campaign));
      case Change.RemoveCampaign(CampaignId id) -> withCampaigns(campaigns.minus(id));
      case Change.PutTrial(Trial trial) -> withUpkeep(upkeep.with(trial));
      case Change.RemoveTrial(TrialId id) -> withUpkeep(upkeep.without(id));
      case Change.PutFreeze(FreezeOrder order) -> withUpkeep(upkeep.with(order));
      case Change.PutAnswer(GivenAnswer answer, _) -> withUpkeep(upkeep.with(answer));
      case Change.RemoveAnswer(long sequence) -> withUpkeep(upkeep.withoutAnswer(sequence));
      case Change.PutNode(KnownNode node) -> withNodes(nodes.plus(node.id(), node));
      case Change.RemoveNode(NodeId id) -> withNodes(nodes.minus(id));
      case Change.PutPlacement(Placement placement) ->
          withPlacements(placements.with(placement), counters.placed(placement.id()));
      case Change.RemovePlacement(Placement placement) ->
          withPlacements(placements.without(placement), counters);
      case Change.AddEvent(HistoryEvent event) ->
          withPlacements(placements, counters.told(event.sequence()));
    };
  }

  /** For loading: numbers that were given to things which are gone by now. */
  public ClusterState withCounters(Counters stored) {
    return withPlacements(placements, stored);
  }

  /** With the maps by hostname and token made anew, for a state put together in no order. */
  public ClusterState reindexed() {
    TreePMap<String, AppId> newDomains = TreePMap.empty();
    for (App app : apps.values()) {
      for (String domain : app.domains()) {
        newDomains = newDomains.plus(domain, app.id());
      }
    }
    TreePMap<Digest, TenantId> newTokens = TreePMap.empty();
    for (Tenant tenant : tenants.values()) {
      newTokens = newTokens.plus(tenant.tokenHash(), tenant.id());
    }
    return new ClusterState(
        tenants,
        apps,
        releases,
        bases,
        campaigns,
        nodes,
        placements,
        newDomains,
        newTokens,
        upkeep,
        counters);
  }

  private ClusterState withTenant(Tenant tenant) {
    Tenant before = tenants.get(tenant.id());
    TreePMap<Digest, TenantId> kept = before == null ? tokens : tokens.minus(before.tokenHash());
    return with(tenants.plus(tenant.id(), tenant), kept.plus(tenant.tokenHash(), tenant.id()));
  }

  private ClusterState withoutTenant(TenantId id) {
    Tenant tenant = tenants.get(id);
    return tenant == null ? this : with(tenants.minus(id), tokens.minus(tenant.tokenHash()));
  }

  private ClusterState withoutApp(AppId id) {
    App app = apps.get(id);
    return app == null ? this : withApps(apps.minus(id), domains.minusAll(app.domains()));
  }

  private TreePMap<String, AppId> domainsAfter(App app) {
    App before = apps.get(app.id());
    if (before != null && before.domains().equals(app.domains())) {
      return domains;
    }
    TreePMap<String, AppId> after = before == null ? domains : domains.minusAll(before.domains());
    for (String domain : app.domains()) {
      after = after.plus(domain, app.id());
    }
    return after;
  }

  private ClusterState with(
      TreePMap<TenantId, Tenant> newTenants, TreePMap<Digest, TenantId> newTokens) {
    return new ClusterState(
        newTenants,
        apps,
        releases,
        bases,
        campaigns,
        nodes,
        placements,
        domains,
        newTokens,
        upkeep,
        counters);
  }

  private ClusterState withApps(TreePMap<AppId, App> newApps, TreePMap<String, AppId> newDomains) {
    return new ClusterState(
        tenants,
        newApps,
        releases,
        bases,
        campaigns,
        nodes,
        placements,
        newDomains,
        tokens,
        upkeep,
        counters);
  }

  private ClusterState withReleases(TreePMap<ReleaseId, Release> newReleases) {
    return new ClusterState(
        tenants,
        apps,
        newReleases,
        bases,
        campaigns,
        nodes,
        placements,
        domains,
        tokens,
        upkeep,
        counters);
  }

  private ClusterState withBases(TreePMap<String, BaseLine> newBases) {
    return new ClusterState(
        tenants,
        apps,
        releases,
        newBases,
        campaigns,
        nodes,
        placements,
        domains,
        tokens,
        upkeep,
        counters);
  }

  private ClusterState withCampaigns(TreePMap<CampaignId, Campaign> newCampaigns) {
    return new ClusterState(
        tenants,
        apps,
        releases,
        bases,
        newCampaigns,
        nodes,
        placements,
        domains,
        tokens,
        upkeep,
        counters);
  }

  private ClusterState withNodes(TreePMap<NodeId, KnownNode> newNodes) {
    return new ClusterState(
        tenants,
        apps,
        releases,
        bases,
        campaigns,
        newNodes,
        placements,
        domains,
        tokens,
        upkeep,
        counters);
  }

  private ClusterState withPlacements(Placements newPlacements, Counters newCounters) {
    return new ClusterState(
        tenants,
        apps,
        releases,
        bases,
        campaigns,
        nodes,
        newPlacements,
        domains,
        tokens,
        upkeep,
        newCounters);
  }

  private ClusterState withUpkeep(Upkeep newUpkeep) {
    return new ClusterState(
        tenants,
        apps,
        releases,
        bases,
        campaigns,
        nodes,
        placements,
        domains,
        tokens,
        newUpkeep,
        counters);
  }
}
