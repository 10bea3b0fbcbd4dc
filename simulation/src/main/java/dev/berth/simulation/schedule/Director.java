package dev.berth.simulation.schedule;

import dev.berth.scheduler.state.Command.DeploySteering;
import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.SimAgent;
import dev.berth.simulation.cluster.SimRouter;
import dev.berth.simulation.cluster.SimScheduler;
import dev.berth.simulation.cluster.Users;
import dev.berth.simulation.host.Container;
import dev.berth.simulation.host.Mood;
import dev.berth.simulation.network.Network;
import dev.berth.simulation.world.SimProcess;
import dev.berth.simulation.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Does what the plan says, and undoes it when its time is over. Confined to the world's thread. */
public final class Director {
  private static final String[] SIZES = {"", "", "", "nano", "micro", "small"};
  private static final int HOUR_MILLIS = 3_600_000;

  private final Cluster cluster;
  private final World world;
  private final Users users;

  public Director(Cluster cluster) {
    this.cluster = cluster;
    this.world = cluster.world();
    this.users = cluster.users();
  }

  public void follow(Plan plan) {
    for (Act act : plan.acts()) {
      world.after(act.at() - world.now(), "act " + act.kind(), () -> perform(act));
    }
    for (int round = 0; round < plan.rounds(); round++) {
      world.after(Plan.troubleUntil(round) + 1 - world.now(), "peace", this::makePeace);
    }
  }

  /** Everything works again, and the users want what can be had. */
  private void makePeace() {
    world.tell("-- peace --");
    cluster.troubles().slow(Duration.ZERO);
    cluster.troubles().errors(0);
    cluster.troubles().failNext(false);
    cluster.ensemble().down(false);
    for (SimAgent agent : cluster.agents()) {
      agent.host().mood(Mood.WELL);
      agent.standing().passes(true);
      cluster.network().delay(agent.name(), 0);
    }
    cluster.routers().forEach(router -> router.unwritable(false));
    for (SimProcess process : cluster.processes()) {
      process.proceed();
      process.start();
    }
    users.giveUp();
    world.after(15_000_000, "good releases", this::deployGood);
  }

  private void deployGood() {
    for (SimAgent agent : cluster.agents()) {
      users.undrain(agent.name());
    }
    users.thaw();
    users.haltTrial();
    for (int app = 0; app < users.apps(); app++) {
      users.unbind(app);
      users.deploy(app, Users.Quality.GOOD);
    }
  }

  private void perform(Act act) {
    world.tell("act: " + act);
    switch (act.kind()) {
      case DEPLOY -> deploy(act);
      case DRAIN -> users.drain(node(act).name(), act.other() % 2 == 0 ? 0 : act.other() % 200);
      case UNDRAIN -> users.undrain(node(act).name());
      case SET_ROLLOUT ->
          users.rollout(act.which(), act.other() % 3 * 30, act.other() % 11, act.other());
      case STEER_DEPLOY -> users.steer(act.which(), steering(act.other()));
      case SCALE -> scale(act);
      case CONFIGURE -> users.configure(act.which(), act.other());
      case RESTART -> users.restart(act.which(), act.other() % 3 == 0 ? "web.1" : "");
      case ROLL_BACK -> users.rollBack(act.which());
      case DESTROY -> users.destroy(act.which());
      case CREATE -> createAnew(act.which());
      case SET_QUOTA -> users.quota(act.which(), 20 + act.other() % 60);
      case FREEZE -> users.freeze();
      case THAW -> users.thaw();
      case PUBLISH_BASE -> users.publishBase(act.other());
      case TRY_BASE -> users.tryBase(act.which(), act.other());
      case HALT_TRIAL -> users.haltTrial();

      case KILL -> kill(any(act), act.micros());
      case PAUSE -> pause(any(act), act.micros());
      case KILL_LEADER -> cluster.leader().ifPresent(it -> kill(it, act.micros()));
      case PAUSE_LEADER -> cluster.leader().ifPresent(it -> pauseLeader(it, act));
      case KILL_ANSWERING -> killAnswering(act);
      case KILL_SCHEDULERS -> cluster.schedulers().forEach(it -> kill(it, act.micros()));
      case DEPOSE -> cluster.leader().ifPresent(it -> depose(it, act));
      case WRONG_CLOCK -> wrongClock(any(act), act);
      case CRASH -> crash(act, 1, false);
      case OUT_OF_MEMORY -> crash(act, 137, true);
      case REBOOT -> reboot(node(act), act.micros());
      case CUT, CUT_ONE_WAY, CUT_OFF, CUT_MANY, FLAP, TEAR, DELAY -> network(act);
      case CUT_FROM_STORE, EXPIRE, STORE_DOWN, STORE_SLOW, STORE_ERRORS, STORE_ERROR -> store(act);
      case SLOW_HOST, FAIL_STARTS, HANG_STOPS, DISK_FULL, DAMAGE_ORDERS, UNVERIFY -> host(act);
      case ROUTER_DISK_FULL -> {
        SimRouter router = cluster.routers().get(act.which() % cluster.routers().size());
        router.unwritable(true);
        afterwards(act, () -> router.unwritable(false));
      }
    }
  }

  private void afterwards(Act act, Runnable undo) {
    world.after(act.micros(), "undo " + act.kind(), undo);
  }

  private SimProcess any(Act act) {
    List<SimProcess> all = cluster.processes();
    return all.get(act.which() % all.size());
  }

  private SimAgent node(Act act) {
    return cluster.agents().get(act.which() % cluster.agents().size());
  }

  private SimScheduler scheduler(Act act) {
    return cluster.schedulers().get(act.which() % cluster.schedulers().size());
  }

  // --- users
  // ---------------------------------------------------------------------------------------

  private static Users.Quality quality(int number) {
    return switch (number % 8) {
      case 0 -> Users.Quality.ENDS_AT_ONCE;
      case 1 -> Users.Quality.NEVER_HEALTHY;
      default -> Users.Quality.GOOD;
    };
  }

  private void deploy(Act act) {
    switch (act.other() % 5) {
      case 0 -> users.deployReleasing(act.which(), true);
      case 1 -> users.deployReleasing(act.which(), act.other() % 2 == 0);
      default -> users.deploy(act.which(), quality(act.other()));
    }
  }

  private static DeploySteering steering(int number) {
    return switch (number % 4) {
      case 0 -> DeploySteering.PAUSE;
      case 1 -> DeploySteering.ABORT;
      case 2 -> DeploySteering.PROMOTE;
      default -> DeploySteering.RESUME;
    };
  }

  private void scale(Act act) {
    String type = act.other() % 3 == 0 ? "worker" : "web";
    users.scale(act.which(), type, act.other() % 7, SIZES[act.other() % SIZES.length]);
  }

  private void createAnew(int app) {
    users.create(app);
    world.after(1_000_000, "create", () -> users.deploy(app, Users.Quality.GOOD));
    world.after(2_000_000, "create", () -> users.scale(app, "web", 2, ""));
  }

  // --- processes
  // -----------------------------------------------------------------------------------

  private void kill(SimProcess process, long micros) {
    process.kill();
    world.after(micros, "start " + process, process::start);
  }

  /** Within the time in which a request is stored and its answer is on the way. */
  private void killAnswering(Act act) {
    users.deploy(act.which(), Users.Quality.GOOD);
    cluster
        .leader()
        .ifPresent(leader ->
            world.after(
                500 + 8L * act.other(), "kill " + leader, () -> kill(leader, act.micros())));
  }

  private void pause(SimProcess process, long micros) {
    process.pause();
    world.after(micros, "proceed " + process, process::proceed);
  }

  /** When the old leader wakes, those who follow the new one may look for a leader again. */
  private void pauseLeader(SimScheduler leader, Act act) {
    pause(leader, act.micros());
    if (act.other() % 2 == 0) {
      afterwards(
          act,
          () ->
              cluster.schedulers().stream()
                  .filter(it -> !it.equals(leader))
                  .forEach(it -> cluster.network().tear(it.name())));
    }
  }

  /**
   * It leads on until it hears of it, 6.7 s at most, and some of those who follow it look for a
   * leader again: long enough at the new one to be given its first table there, then at the old
   * one.
   */
  private void depose(SimScheduler leader, Act act) {
    cluster.ensemble().depose(leader.name());
    if (act.other() % 2 == 0) {
      world.after(100_000, "to the new", () -> part(leader, true, 1_500_000));
      world.after(1_600_000, "back to the old", () -> part(leader, false, 4_500_000));
    }
  }

  /** For a while agents and routers reach either not the old leader or nobody else. */
  private void part(SimScheduler old, boolean isFromOld, long micros) {
    for (SimProcess process : cluster.processes()) {
      cluster.network().tear(process.name());
      for (SimScheduler scheduler : cluster.schedulers()) {
        if (scheduler.equals(old) == isFromOld) {
          cutBothWays(process.name(), scheduler.name(), micros);
        }
      }
    }
  }

  private void wrongClock(SimProcess process, Act act) {
    process.clockOffset((act.other() % 48 - 24) * (long) HOUR_MILLIS);
    kill(process, Math.min(act.micros(), 5_000_000));
  }

  // --- hosts
  // ---------------------------------------------------------------------------------------

  private void crash(Act act, int code, boolean outOfMemory) {
    SimAgent agent = node(act);
    var running = new ArrayList<Container>(agent.host().running());
    if (!running.isEmpty()) {
      Container chosen = running.get(act.other() % running.size());
      agent.host().end(chosen.placement(), code, outOfMemory);
    }
  }

  private void reboot(SimAgent agent, long micros) {
    world.tell(agent + " reboots");
    kill(agent, micros);
    agent.host().reboot();
  }

  private void host(Act act) {
    SimAgent agent = node(act);
    Mood before = agent.host().mood();
    switch (act.kind()) {
      case SLOW_HOST -> agent.host().mood(before.slow(2 + act.other() % 20));
      case FAIL_STARTS -> agent.host().mood(before.failing(act.other() % 100 / 100.0));
      case HANG_STOPS -> agent.host().mood(before.hanging(1));
      case DISK_FULL -> agent.host().mood(before.unwritable(true));
      case DAMAGE_ORDERS -> {
        agent.disk().damage();
        kill(agent, Math.min(act.micros(), 3_000_000));
        return;
      }
      case UNVERIFY -> {
        agent.standing().passes(false);
        afterwards(act, () -> agent.standing().passes(true));
        return;
      }
      default -> throw new IllegalStateException("no fault of a host: " + act);
    }
    afterwards(act, () -> agent.host().mood(Mood.WELL));
  }

  // --- the network and the store
  // ------------------------------------------------------------------

  private void network(Act act) {
    SimProcess one = any(act);
    SimScheduler scheduler = cluster.schedulers().get(act.other() % cluster.schedulers().size());
    switch (act.kind()) {
      case CUT -> cutBothWays(one.name(), scheduler.name(), act.micros());
      case CUT_ONE_WAY -> {
        boolean isTo = act.other() % 2 == 0;
        cut(
            isTo ? one.name() : scheduler.name(),
            isTo ? scheduler.name() : one.name(),
            act.micros());
      }
      case CUT_OFF -> {
        cut(one.name(), Network.ALL, act.micros());
        cut(Network.ALL, one.name(), act.micros());
      }
      case CUT_MANY -> cutMany(act);
      case FLAP -> flap(one.name(), scheduler.name(), act.micros());
      case TEAR -> cluster.network().tear(one.name());
      case DELAY -> {
        cluster.network().delay(one.name(), 1 + act.other() * 5_000L);
        afterwards(act, () -> cluster.network().delay(one.name(), 0));
      }
      default -> throw new IllegalStateException("no fault of the network: " + act);
    }
  }

  private void cut(String from, String to, long micros) {
    cluster.network().cut(from, to);
    world.after(micros, "mend", () -> cluster.network().mend(from, to));
  }

  private void cutBothWays(String one, String other, long micros) {
    cut(one, other, micros);
    cut(other, one, micros);
  }

  private void cutMany(Act act) {
    int share = 1 + act.other() % 9;
    for (int at = 0; at < cluster.agents().size(); at++) {
      if ((at * 7 + act.which()) % 10 < share) {
        String node = cluster.agents().get(at).name();
        cut(node, Network.ALL, act.micros());
        cut(Network.ALL, node, act.micros());
      }
    }
  }

  /** Cut and mended by turns, two seconds each. */
  private void flap(String one, String other, long left) {
    if (left <= 0) {
      return;
    }
    cutBothWays(one, other, Math.min(left, 2_000_000));
    world.after(4_000_000, "flap", () -> flap(one, other, left - 4_000_000));
  }

  private void store(Act act) {
    RandomGenerator random = world.random("director");
    switch (act.kind()) {
      case CUT_FROM_STORE -> cutBothWays(scheduler(act).name(), Network.STORE, act.micros());
      case EXPIRE -> cluster.ensemble().expire(scheduler(act).name());
      case STORE_DOWN -> {
        cluster.ensemble().down(true);
        afterwards(act, () -> cluster.ensemble().down(false));
      }
      case STORE_SLOW -> {
        cluster.troubles().slow(Duration.ofMillis(10 + random.nextInt(5000)));
        afterwards(act, () -> cluster.troubles().slow(Duration.ZERO));
      }
      case STORE_ERRORS -> {
        cluster.troubles().errors(0.02);
        afterwards(act, () -> cluster.troubles().errors(0));
      }
      case STORE_ERROR -> cluster.troubles().failNext(true);
      default -> throw new IllegalStateException("no fault of the store: " + act);
    }
  }
}
