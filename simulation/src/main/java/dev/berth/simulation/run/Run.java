package dev.berth.simulation.run;

import dev.berth.scheduler.blobs.BlobStore;
import dev.berth.simulation.check.Invariants;
import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.SimScheduler;
import dev.berth.simulation.schedule.Director;
import dev.berth.simulation.schedule.Plan;
import dev.berth.simulation.world.Violation;
import dev.berth.simulation.world.World;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** One cluster from its beginning to the end of its plan. The same seed and plan: the same run. */
public final class Run {
  private static final long LOOK_MICROS = 1_000_000;

  private final long seed;
  private final Plan plan;
  private final BlobStore blobs;
  private final SimScheduler.Parts parts;
  private final Script script;

  /** What is done to the cluster, and when all that must hold is asked. */
  interface Script {
    Cluster.Shape shape(RandomGenerator random);

    void live(World world, Cluster cluster, Invariants invariants);
  }

  /**
   * What came of it.
   *
   * @param hash of all that happened
   * @param lines the last of what is worth reading
   */
  public record Result(
      long seed,
      Plan plan,
      Optional<Violation> violation,
      long micros,
      long steps,
      long accepted,
      long hash,
      List<String> lines) {}

  public Run(long seed, Plan plan, BlobStore blobs, SimScheduler.Parts parts) {
    this(seed, plan, blobs, parts, new Faults(plan));
  }

  Run(long seed, Plan plan, BlobStore blobs, SimScheduler.Parts parts, Script script) {
    this.script = script;
    this.seed = seed;
    this.plan = plan;
    this.blobs = blobs;
    this.parts = parts;
  }

  public Result make() {
    var world = new World(seed);
    RandomGenerator random = world.random("shape");
    var cluster = new Cluster(world, script.shape(random), blobs, parts);
    cluster.troubles().operations(random.nextInt(3) == 0 ? 3 : 100);
    Optional<Violation> violation = Optional.empty();
    Thread thread = Thread.currentThread();
    Thread.UncaughtExceptionHandler before = thread.getUncaughtExceptionHandler();
    thread.setUncaughtExceptionHandler((_, thrown) -> cluster.fault(thrown));
    try {
      var invariants = new Invariants(cluster);
      cluster.start();
      script.live(world, cluster, invariants);
    } catch (Violation found) {
      violation = Optional.of(found);
    } finally {
      thread.setUncaughtExceptionHandler(before);
    }
    return new Result(
        seed,
        plan,
        violation,
        world.now(),
        world.steps(),
        cluster.users().accepted(),
        world.hash(),
        world.lines());
  }

  /** Rounds of faults and peace. */
  private record Faults(Plan plan) implements Script {
    @Override
    public Cluster.Shape shape(RandomGenerator random) {
      return new Cluster.Shape(2 + random.nextInt(2), 4 + random.nextInt(7), 1 + random.nextInt(3));
    }

    @Override
    public void live(World world, Cluster cluster, Invariants invariants) {
      world.after(3_000_000, "set up", () -> cluster.users().setUp(2, 2));
      new Director(cluster).follow(plan);
      for (int round = 0; round < plan.rounds(); round++) {
        until(world, cluster, invariants, Plan.peaceUntil(round));
        invariants.atRest();
        world.tell("-- at rest --");
      }
    }
  }

  static void until(World world, Cluster cluster, Invariants invariants, long end) {
    long nextLook = world.now();
    while (world.step(end)) {
      cluster.requireNoFault();
      if (cluster.takeChanged() || world.now() >= nextLook) {
        invariants.look();
        nextLook = world.now() + LOOK_MICROS;
      }
    }
  }
}
