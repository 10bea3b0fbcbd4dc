package dev.berth.simulation.campaign;

import dev.berth.scheduler.blobs.BlobStore;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Campaign;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.simulation.world.Violation;
import dev.berth.simulation.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Rolls a new base version over a whole fleet, and tells each minute how far it is and what it
 * waits for. Confined to the world's thread.
 */
public final class CampaignRun {
  private static final long SECOND = 1_000_000;
  private static final long MINUTE = 60 * SECOND;
  private static final long CONNECTED_WITHIN = 20 * SECOND;
  private static final long BEAT_MICROS = 3 * SECOND;
  private static final int BEAT_SLOTS = 30;
  private static final Duration SOAK = Duration.ofMinutes(1);

  private final Dimensions dimensions;
  private final Consumer<String> out;
  private final World world;
  private final Map<String, Crew> crews = new HashMap<>();
  private final List<SimNode> nodes = new ArrayList<>();
  private final Ledger ledger;
  private final Scheduler scheduler;
  private final SimRouter router;
  private final int instances;
  private final int apps;
  private long began;
  private int lastMoved;
  private @Nullable Long doneMicros;

  /**
   * What came of it.
   *
   * @param moved so many instances run on the new version and nowhere else
   * @param campaign how long until the campaign itself was done; empty if it was not
   * @param time until all had moved, or until nobody looked any more
   * @param passedOver moves that the override allowed and the app's budget did not
   * @param thinking cpu time that the scheduler's loop took meanwhile
   */
  public record Result(
      Optional<Violation> violation,
      int instances,
      int moved,
      Optional<Duration> campaign,
      Duration time,
      int mostOpen,
      int passedOver,
      Map<String, Integer> waiting,
      Duration thinking) {
    public boolean isAllMoved() {
      return violation.isEmpty() && moved == instances;
    }
  }

  /** {@code nanos} is the cpu time of the calling thread; any clock will do for a test. */
  public CampaignRun(
      long seed, Dimensions dimensions, BlobStore blobs, Consumer<String> out, LongSupplier nanos) {
    this.dimensions = dimensions;
    this.out = out;
    this.world = new World(seed);
    ClusterState laid = LaidFleet.lay(dimensions, world.random("fleet"), world.instant());
    this.instances = laid.placements().byId().size();
    this.apps = laid.apps().size();
    laid.apps().values().forEach(this::crews);
    this.ledger = new Ledger(laid, crews, dimensions.isEmergency());
    var store = new MemoryStore(world, world.random("store"), laid, ledger);
    this.scheduler = new Scheduler(world, store, blobs, nanos);
    var around = new Surroundings(world, world.random("nodes"), scheduler, crews);
    this.router = new SimRouter(around);
    for (KnownNode known : laid.nodes().values()) {
      int number = Integer.parseInt(known.id().name().substring("node-".length()));
      var node = new SimNode(around, known, number);
      node.holds(laid.placements().on(known.id()));
      nodes.add(node);
    }
  }

  private void crews(App app) {
    for (Map.Entry<String, Formation> formation : app.formation().entrySet()) {
      var type = new ProcessTypeId(app.id(), formation.getKey());
      int count = formation.getValue().count();
      int bearable = app.turnover().policy().unavailableOf(count);
      crews.put(type.toString(), new Crew(type.toString(), count, bearable));
    }
  }

  public Result run() {
    out.accept(
        "%,d instances of %,d apps of %,d tenants on %,d nodes%s"
            .formatted(
                instances,
                apps,
                dimensions.tenants(),
                dimensions.nodes(),
                dimensions.isEmergency() ? ", over all budgets" : ""));
    try {
      connect();
      roll();
      follow();
      return result(Optional.empty());
    } catch (Violation violation) {
      return result(Optional.of(violation));
    }
  }

  // --- before the campaign
  // -------------------------------------------------------------------------

  private void connect() {
    world.after(0, "router", router::connect);
    for (int at = 0; at < nodes.size(); at++) {
      SimNode node = nodes.get(at);
      world.after(at * CONNECTED_WITHIN / nodes.size(), "connects", node::connect);
    }
    world.after(CONNECTED_WITHIN + SECOND, "beats", () -> beat(0));
    until(CONNECTED_WITHIN + 10 * SECOND);
    Snapshot snapshot = scheduler.snapshot();
    if (!snapshot.routesReady() || snapshot.actual().placements().size() != instances) {
      throw new Violation(
          "ConvergesAndStaysStill",
          "%d of %d instances are known to run"
              .formatted(snapshot.actual().placements().size(), instances));
    }
  }

  /** A thirtieth of the nodes ten times a second. */
  private void beat(int slot) {
    for (int at = slot; at < nodes.size(); at += BEAT_SLOTS) {
      nodes.get(at).beat();
    }
    if (slot == 0) {
      router.beat();
    }
    world.after(BEAT_MICROS / BEAT_SLOTS, "beats", () -> beat((slot + 1) % BEAT_SLOTS));
  }

  private void roll() {
    require(
        new Command.PublishBase(LaidFleet.LINE, LaidFleet.SECOND, 1 << 28, "mended"), "a new one");
    began = world.now();
    require(
        new Command.RollBase(LaidFleet.LINE, 0, rings(), SOAK, dimensions.isEmergency()),
        "simulated");
  }

  /** In an emergency nobody waits for the laggards of each ring. */
  private List<Command.RingAsked> rings() {
    return dimensions.isEmergency()
        ? List.of(new Command.RingAsked(List.of(), 1), new Command.RingAsked(List.of(), 100))
        : List.of();
  }

  private void require(Command command, String why) {
    CompletableFuture<Outcome> answer = scheduler.ask(command, why);
    until(world.now() + 2 * SECOND);
    if (!(answer.getNow(null) instanceof Outcome.Accepted)) {
      throw new Violation("AcceptedCommandsAreKept", "answered " + answer);
    }
  }

  private void until(long micros) {
    while (world.step(micros)) {
      // each step is checked where it is made
    }
  }

  // --- the campaign
  // --------------------------------------------------------------------------------

  private void follow() {
    long end = began + dimensions.longest().toNanos() / 1000;
    long nextLine = began + MINUTE;
    while (world.now() < end && !isAllMoved()) {
      until(Math.min(end, world.now() + SECOND));
      if (doneMicros == null && campaign().isOver()) {
        doneMicros = world.now() - began;
        out.accept("the campaign is done: " + campaign().standing().words());
      }
      if (world.now() >= nextLine || isAllMoved()) {
        nextLine = world.now() + MINUTE;
        tell();
      }
    }
    until(world.now() + SECOND); // what was committed last is published then
  }

  private boolean isAllMoved() {
    return ledger.moved() == instances
        && ledger.open() == 0
        && scheduler.snapshot().state().placements().byId().size() == instances;
  }

  private Campaign campaign() {
    return Objects.requireNonNull(
            scheduler.snapshot().state().campaigns().lastEntry(), "the campaign is gone")
        .getValue();
  }

  private void tell() {
    Campaign campaign = campaign();
    int moved = ledger.moved();
    long queued = nodes.stream().mapToLong(SimNode::queued).sum();
    long holding = nodes.stream().filter(SimNode::isImageHeld).count();
    out.accept(
        "%s %s ring %d/%d, %d of %d nodes hold the image, %,d of %,d moved, %,d/s, %,d open, %,d starts queued,"
                .formatted(
                    words(Duration.ofNanos((world.now() - began) * 1000)),
                    campaign.standing().phase().name().toLowerCase(Locale.ROOT),
                    campaign.standing().ring() + 1,
                    campaign.rings().size(),
                    holding,
                    nodes.size(),
                    moved,
                    instances,
                    (moved - lastMoved) / 60,
                    ledger.open(),
                    queued)
            + " waiting for %s; loop %.0f s".formatted(waiting(), scheduler.thinkingNanos() / 1e9));
    lastMoved = moved;
  }

  private Map<String, Integer> waiting() {
    Map<String, Integer> words = new java.util.LinkedHashMap<>();
    Waiting.of(scheduler.snapshot(), campaign())
        .forEach((reason, count) -> words.put(reason.words(), count));
    return words;
  }

  static String words(Duration time) {
    return "%d:%02d:%02d".formatted(time.toHours(), time.toMinutesPart(), time.toSecondsPart());
  }

  private Result result(Optional<Violation> violation) {
    Long done = doneMicros;
    return new Result(
        violation,
        instances,
        ledger.moved(),
        done == null ? Optional.empty() : Optional.of(Duration.ofNanos(done * 1000)),
        Duration.ofNanos((world.now() - began) * 1000),
        ledger.mostOpen(),
        ledger.passedOver(),
        began == 0 ? Map.of() : waiting(),
        Duration.ofNanos(scheduler.thinkingNanos()));
  }
}
