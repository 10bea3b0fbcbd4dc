package dev.berth.simulation.campaign;

import dev.berth.proto.v1.CheckFinding;
import dev.berth.proto.v1.Hello;
import dev.berth.proto.v1.VerificationReport;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.BaseLine;
import dev.berth.scheduler.state.BaseVersion;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.EgressPolicy;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.HealthCheck;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Quota;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.state.ReleaseId;
import dev.berth.scheduler.state.Size;
import dev.berth.scheduler.state.Sizes;
import dev.berth.scheduler.state.Tenant;
import dev.berth.scheduler.state.TenantId;
import dev.berth.scheduler.state.Turnover;
import dev.berth.scheduler.wire.AgentMessages;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

/**
 * The durable state before the campaign: tenants, apps of all sizes with all kinds of budgets, and
 * every instance placed, evenly, with room left for a third more. Chance comes from the caller.
 */
final class LaidFleet {
  static final String LINE = "debian-12";
  static final Digest FIRST = new Digest("a".repeat(64));
  static final Digest SECOND = new Digest("b".repeat(64));
  private static final Digest SLUG = new Digest("5".repeat(64));
  private static final Size[] SIZES = {Sizes.NANO, Sizes.NANO, Sizes.MICRO, Sizes.SMALL};
  private static final int RACKS = 250;
  private static final int ZONES = 3;
  private static final long ROOM_PERCENT = 140;
  private static final int ADDRESSES = 1000;
  private static final Duration AGED = Duration.ofDays(1);
  private static final Duration LATELY = Duration.ofHours(2);

  private final Dimensions dimensions;
  private final RandomGenerator random;
  private final Instant now;
  private final List<Change> changes = new ArrayList<>();
  private final List<Placement> placements = new ArrayList<>();

  private LaidFleet(Dimensions dimensions, RandomGenerator random, Instant now) {
    this.dimensions = dimensions;
    this.random = random;
    this.now = now;
  }

  static ClusterState lay(Dimensions dimensions, RandomGenerator random, Instant now) {
    var fleet = new LaidFleet(dimensions, random, now);
    fleet.tenants();
    fleet.apps();
    fleet.nodes();
    fleet.placements.forEach(placement -> fleet.changes.add(new Change.PutPlacement(placement)));
    return ClusterState.empty().after(fleet.changes);
  }

  static NodeId node(int number) {
    return new NodeId("node-" + number);
  }

  /** What the node's agent says of it, without placements. */
  static Hello.Builder hello(NodeId node, Capacity capacity, int number) {
    return Hello.newBuilder()
        .setNode(node.name())
        .setBootId("simulated")
        .setAgentVersion("simulated")
        .setCapacity(
            dev.berth.proto.v1.Capacity.newBuilder()
                .setMemoryMib(capacity.memoryMib())
                .setCpuMillis(capacity.cpuMillis())
                .setPids(capacity.pids())
                .setDiskMib(capacity.diskMib())
                .setAddresses(capacity.addresses()))
        .setArch("x86_64")
        .putLabels("zone", "z" + number % ZONES)
        .putLabels("rack", "r" + number % RACKS)
        .setRuntime("simulated")
        .addImages(FIRST.hex())
        .setVerification(
            VerificationReport.newBuilder()
                .setAt(1)
                .setFull(true)
                .addFindings(
                    CheckFinding.newBuilder()
                        .setName("simulated")
                        .setRequired(true)
                        .setPassed(true)));
  }

  private void tenants() {
    for (int tenant = 0; tenant < dimensions.tenants(); tenant++) {
      changes.add(
          new Change.PutTenant(
              new Tenant(
                  new TenantId("tenant-" + tenant),
                  new Quota(10_000_000, 1L << 40, 1_000_000),
                  EgressPolicy.OPEN,
                  new Digest("%064x".formatted(tenant + 1)),
                  1,
                  now.minus(AGED))));
    }
    changes.add(
        new Change.PutBase(
            new BaseLine(
                LINE,
                TreePVector.singleton(
                    new BaseVersion(1, FIRST, 1 << 28, now.minus(AGED), "", false, false)))));
  }

  private void apps() {
    int left = dimensions.instances();
    for (int number = 0; left > 0; number++) {
      int count = Math.min(left, count());
      left -= count;
      app(number, count);
    }
  }

  /** Half of the apps are tiny, and one in fifty holds two fifths of the instances. */
  private int count() {
    int largest = Math.max(4, dimensions.instances() / 20);
    int lot = random.nextInt(100);
    int count =
        lot < 50
            ? 1 + random.nextInt(4)
            : lot < 85
                ? 5 + random.nextInt(46)
                : lot < 98 ? 51 + random.nextInt(450) : 501 + random.nextInt(2500);
    return Math.min(largest, count);
  }

  private void app(int number, int count) {
    AppId id = AppId.of("tenant-" + number % dimensions.tenants(), "app-" + number);
    Turnover turnover = Budgets.some(random, count);
    App app =
        App.create(id, id.name() + ".localhost", LINE, now.minus(AGED))
            .withRelease(new App.CurrentRelease(1, 1, 1))
            .with(turnover);
    Size size = SIZES[random.nextInt(SIZES.length)];
    int kind = random.nextInt(5);
    int web = kind < 3 ? count : kind == 3 ? 0 : count / 2;
    var types = TreePMap.<String, ProcessType>empty();
    for (String type : List.of(ProcessType.WEB, "worker")) {
      int ofType = type.equals(ProcessType.WEB) ? web : count - web;
      if (ofType > 0) {
        app = app.withFormation(type, new Formation(ofType, size.name()));
        types = types.plus(type, new ProcessType(type, "serve", HealthCheck.STANDARD, 10_000));
        place(new ProcessTypeId(id, type), ofType, size, turnover);
      }
    }
    changes.add(
        new Change.PutRelease(
            new Release(
                new ReleaseId(id, 1),
                new Release.Slug(SLUG, 1 << 24),
                LINE,
                types,
                TreePMap.singleton("RACK_ENV", "production"),
                new Release.Origin(now.minus(AGED), "operator", "laid down for a simulation"))));
    changes.add(new Change.PutApp(app));
  }

  private void place(ProcessTypeId type, int count, Size size, Turnover turnover) {
    var wanted = new Placement.Wanted(1, LINE, 1, size.name(), 0);
    boolean isRested = turnover.budget().minBetween().isZero();
    for (int index = 1; index <= count; index++) {
      Duration age = isRested ? AGED : Duration.ofSeconds(random.nextLong(LATELY.toSeconds()));
      placements.add(
          new Placement(
              new PlacementId(placements.size() + 1L),
              new InstanceId(type, index),
              node(placements.size() % dimensions.nodes()),
              wanted,
              Placement.Intent.RUN,
              now.minus(age)));
    }
  }

  /** All alike, with room for what is replaced while both run. */
  private void nodes() {
    Capacity all = Capacity.NONE;
    for (Placement placement : placements) {
      all = all.plus(placement.size().booked());
    }
    Capacity spare = Sizes.MEDIUM.booked();
    Capacity capacity =
        new Capacity(
            spare.memoryMib() + share(all.memoryMib()),
            spare.cpuMillis() + share(all.cpuMillis()),
            spare.pids() + share(all.pids()),
            spare.diskMib() + share(all.diskMib()),
            ADDRESSES);
    for (int number = 0; number < dimensions.nodes(); number++) {
      Hello hello = hello(node(number), capacity, number).build();
      changes.add(new Change.PutNode(AgentMessages.hello(hello).node()));
    }
  }

  private long share(long booked) {
    return booked * ROOM_PERCENT / 100 / dimensions.nodes();
  }
}
