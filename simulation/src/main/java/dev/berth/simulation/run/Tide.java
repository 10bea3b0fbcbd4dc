package dev.berth.simulation.run;

import dev.berth.simulation.check.Invariants;
import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.SimAgent;
import dev.berth.simulation.cluster.Users;
import dev.berth.simulation.world.World;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Nodes that come and go for hours and days, while apps are scaled and set budgets; then all are
 * there and everything must come to rest. Confined to the world's thread.
 */
final class Tide implements Run.Script {
  private static final long MINUTE = 60_000_000;
  private static final long REST = 30 * MINUTE;

  private final long micros;

  Tide(Duration length) {
    this.micros = length.toNanos() / 1000;
  }

  @Override
  public Cluster.Shape shape(RandomGenerator random) {
    return new Cluster.Shape(2, 6 + random.nextInt(4), 1);
  }

  @Override
  public void live(World world, Cluster cluster, Invariants invariants) {
    RandomGenerator random = world.random("tide");
    Users users = cluster.users();
    world.after(3_000_000, "set up", () -> users.setUp(2, 3));
    repeat(world, 10 + random.nextInt(20), 90, () -> leave(world, cluster));
    repeat(
        world,
        5,
        120,
        () -> users.scale(random.nextInt(6), "web", 1 + random.nextInt(6), size(random)));
    repeat(
        world,
        1,
        240,
        () -> users.rollout(random.nextInt(6), 0, random.nextInt(11), random.nextInt(1000)));
    repeat(world, 300, 600, () -> cluster.leader().ifPresent(leader -> restart(world, leader)));
    Run.until(world, cluster, invariants, micros - REST);
    world.tell("-- all come back --");
    cluster.processes().forEach(process -> process.start());
    for (int app = 0; app < users.apps(); app++) {
      users.unbind(app);
    }
    Run.until(world, cluster, invariants, micros);
    invariants.atRest();
  }

  private static String size(RandomGenerator random) {
    return random.nextBoolean() ? "" : "micro";
  }

  /** First after so many minutes, then again and again within so many, until all come back. */
  private void repeat(World world, int first, int within, Runnable act) {
    world.after(
        first * MINUTE,
        "tide",
        () -> {
          if (world.now() < micros - REST) {
            act.run();
            repeat(world, 1 + world.random("tide").nextInt(within), within, act);
          }
        });
  }

  /** A host goes, mostly for hours, and comes back empty; the last two stay. */
  private void leave(World world, Cluster cluster) {
    RandomGenerator random = world.random("tide");
    SimAgent agent = cluster.agents().get(random.nextInt(cluster.agents().size()));
    long there = cluster.agents().stream().filter(SimAgent::isAlive).count();
    if (agent.isAlive() && there > 2) {
      world.tell(agent + " leaves");
      agent.kill();
      agent.host().reboot();
      world.after((2 + random.nextLong(400)) * MINUTE, "come", agent::start);
    }
  }

  private static void restart(World world, dev.berth.simulation.world.SimProcess process) {
    process.kill();
    world.after(20_000_000, "start " + process, process::start);
  }
}
