package dev.berth.scheduler.store;

import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Autoscale;
import dev.berth.scheduler.state.BaseCourse;
import dev.berth.scheduler.state.BaseLine;
import dev.berth.scheduler.state.BaseVersion;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Campaign;
import dev.berth.scheduler.state.CampaignId;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.EgressPolicy;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.FreezeOrder;
import dev.berth.scheduler.state.GivenAnswer;
import dev.berth.scheduler.state.HealthCheck;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.Quota;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.state.ReleaseId;
import dev.berth.scheduler.state.Shadow;
import dev.berth.scheduler.state.Tenant;
import dev.berth.scheduler.state.TenantId;
import dev.berth.scheduler.state.Trial;
import dev.berth.scheduler.state.TrialId;
import dev.berth.scheduler.state.Webhook;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;
import org.pcollections.TreePVector;

/** Batches of any changes at all, each a legal step from the state before. */
final class RandomBatches {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final int NAMES = 4;

  private final RandomGenerator random;
  private ClusterState state;

  RandomBatches(RandomGenerator random, ClusterState start) {
    this.random = random;
    this.state = start;
  }

  ClusterState state() {
    return state;
  }

  Batch next() {
    var changes = new ArrayList<Change>();
    for (int left = 1 + random.nextInt(12); left > 0; left--) {
      List<Change> next = changes();
      changes.addAll(next);
      state = state.after(next);
    }
    return new Batch(changes, state);
  }

  private List<Change> changes() {
    return random.nextInt(12) == 0 ? appChanges() : List.of(change());
  }

  private Change change() {
    return switch (random.nextInt(21)) {
      case 0 -> new Change.PutTenant(tenant());
      case 1 -> new Change.RemoveTenant(new TenantId("tenant-" + random.nextInt(NAMES)));
      case 2 -> event();
      case 3 -> new Change.RemoveApp(appId());
      case 4 -> new Change.PutRelease(release());
      case 5 -> new Change.RemoveRelease(releaseId());
      case 6 -> new Change.PutBase(base());
      case 7 ->
          random.nextInt(4) == 0 ? new Change.RemoveNode(nodeId()) : new Change.PutNode(node());
      case 8 -> event();
      case 9 -> removed();
      case 10 -> new Change.PutCampaign(campaign());
      case 13 -> new Change.PutAnswer(answer(), 0);
      case 14 -> new Change.RemoveAnswer(1 + random.nextInt(40));
      case 12 -> new Change.PutFreeze(freeze());
      case 19 -> new Change.PutTrial(trial());
      case 20 -> new Change.RemoveTrial(new TrialId(1 + random.nextInt(3)));
      case 11 -> new Change.RemoveCampaign(new CampaignId(1 + random.nextInt(3)));
      default -> new Change.PutPlacement(placement());
    };
  }

  private GivenAnswer answer() {
    Caller caller =
        random.nextBoolean()
            ? new Caller.Operator()
            : new Caller.OfTenant(new TenantId("tenant-" + random.nextInt(2)));
    return new GivenAnswer(
        state.upkeep().answers().next(),
        caller,
        "key-" + state.upkeep().answers().next(),
        "0123",
        NOW,
        new GivenAnswer.Made(GivenAnswer.Kind.RELEASE, "acme/shop", 7, random.nextBoolean()));
  }

  private FreezeOrder freeze() {
    var given = new FreezeOrder.Given("operator", "because " + random.nextInt(9), NOW);
    return switch (random.nextInt(3)) {
      case 0 -> new FreezeOrder.Frozen(given);
      case 1 -> new FreezeOrder.Thawed(given, Duration.ofMinutes(5));
      default -> FreezeOrder.NONE;
    };
  }

  private Tenant tenant() {
    int number = random.nextInt(NAMES);
    return new Tenant(
        new TenantId("tenant-" + number),
        new Quota(1 + random.nextInt(100), 1024, 5),
        new EgressPolicy(List.of(), List.of()),
        digest(10 * number + random.nextInt(3)),
        random.nextLong(1, 1000),
        NOW);
  }

  /** Apps take hostnames from each other; one has it at a time. */
  private List<Change> appChanges() {
    var changes = new ArrayList<Change>();
    AppId id = appId();
    String domain = "d" + random.nextInt(3) + ".example";
    AppId owner = state.domains().get(domain);
    if (owner != null && !owner.equals(id)) {
      App loser = state.app(owner).orElseThrow();
      changes.add(
          new Change.PutApp(
              loser.withDomains(TreePVector.<String>empty()).atVersion(random.nextLong(1, 1000))));
    }
    changes.add(
        new Change.PutApp(
            App.create(id, domain, "debian-12", NOW)
                .withFormation("web", new Formation(random.nextInt(200), "small").with(autoscale()))
                .withPin(random.nextBoolean() ? new BaseCourse.Pin(NOW, "not now") : null)
                .movedBy(new CampaignId(1 + random.nextInt(3)), 2, NOW)
                .withShadow(random.nextBoolean() ? shadow() : null)
                .atVersion(random.nextLong(1, 1000))));
    return changes;
  }

  private static Shadow shadow() {
    return new Shadow(new TrialId(2), TreePMap.empty())
        .with("web", new Shadow.Tried(Shadow.Outcome.BROKEN, "exited with code 1", NOW))
        .with("worker", new Shadow.Tried(Shadow.Outcome.UNDER_WAY, "", NOW));
  }

  private Trial trial() {
    return new Trial(
        new TrialId(1 + random.nextInt(3)),
        new Trial.Course(
            "debian-13",
            2,
            random.nextBoolean() ? TreePSet.singleton(appId()) : TreePSet.empty(),
            random.nextBoolean() ? "debian-12" : "",
            1 + random.nextInt(9),
            Duration.ofSeconds(90),
            random.nextBoolean()),
        new Trial.Standing(Trial.Phase.HALTED, NOW, "words"),
        new Campaign.Origin(NOW, "operator", "because"));
  }

  private Campaign campaign() {
    Instant quiet = random.nextBoolean() ? NOW : null;
    return new Campaign(
        new CampaignId(1 + random.nextInt(3)),
        new Campaign.Course("debian-12", 1, 2, Duration.ofSeconds(random.nextInt(60)), false),
        TreePVector.singleton(Campaign.Ring.of(TreePSet.singleton(appId())))
            .plus(Campaign.Ring.of(100)),
        new Campaign.Standing(Campaign.Phase.ROLLING, random.nextInt(2), NOW, quiet, "words"),
        new Campaign.Origin(NOW, "operator", "because"));
  }

  private Release release() {
    return new Release(
        releaseId(),
        new Release.Slug(digest(random.nextInt(9)), 17),
        "debian-12",
        TreePMap.singleton("web", new ProcessType("web", "run", HealthCheck.STANDARD, 30_000)),
        TreePMap.empty(),
        new Release.Origin(NOW, "operator", "deploy"));
  }

  private BaseLine base() {
    var version =
        new BaseVersion(
            1,
            digest(1),
            5,
            NOW,
            "notes " + random.nextInt(9),
            random.nextBoolean(),
            random.nextBoolean());
    return new BaseLine("base-" + random.nextInt(2), TreePVector.singleton(version));
  }

  private KnownNode node() {
    return new KnownNode(
        nodeId(),
        new Capacity(random.nextInt(1, 9), 2, 3, 4),
        "x86_64",
        TreePMap.empty(),
        "1",
        "crun",
        "boot");
  }

  private Change event() {
    return new Change.AddEvent(
        new HistoryEvent(
            state.counters().lastEvent() + 1,
            NOW,
            "instance.placed",
            HistoryEvent.Subject.of(InstanceId.of(appId(), "web", 1), nodeId()),
            "scheduler",
            "placed"));
  }

  private Placement placement() {
    List<Placement> all = List.copyOf(state.placements().byId().values());
    if (!all.isEmpty() && random.nextInt(3) == 0) {
      return all.get(random.nextInt(all.size())).with(Placement.Intent.STOPPING, NOW);
    }
    return new Placement(
        new PlacementId(state.counters().lastPlacement() + 1),
        InstanceId.of(appId(), "web", 1 + random.nextInt(150)),
        nodeId(),
        new Placement.Wanted(1, "debian-12", 1, "small", 0),
        Placement.Intent.RUN,
        NOW);
  }

  private Change removed() {
    List<Placement> all = List.copyOf(state.placements().byId().values());
    return all.isEmpty()
        ? event()
        : new Change.RemovePlacement(all.get(random.nextInt(all.size())));
  }

  private AppId appId() {
    return AppId.of("tenant-" + random.nextInt(2), "app-" + random.nextInt(NAMES));
  }

  private ReleaseId releaseId() {
    return new ReleaseId(appId(), 1 + random.nextInt(3));
  }

  private NodeId nodeId() {
    return new NodeId("node-" + random.nextInt(NAMES));
  }

  private static Digest digest(int number) {
    return new Digest("%064x".formatted(number + 1));
  }

  private @Nullable Autoscale autoscale() {
    return random.nextBoolean()
        ? null
        : random.nextBoolean()
            ? new Autoscale(1, 1 + random.nextInt(9), Autoscale.Measure.P95_MILLIS, 200)
            : new Autoscale(
                1,
                9,
                Autoscale.Measure.QUEUE,
                200,
                new Webhook("https://a.example/", Duration.ofSeconds(3), "0123456789abcdef"));
  }
}
