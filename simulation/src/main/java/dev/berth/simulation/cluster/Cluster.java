package dev.berth.simulation.cluster;

import dev.berth.agent.runtime.Capacity;
import dev.berth.leader.Schedulers;
import dev.berth.scheduler.blobs.BlobStore;
import dev.berth.scheduler.placement.Placer;
import dev.berth.scheduler.placement.SpreadPlacer;
import dev.berth.simulation.host.Container;
import dev.berth.simulation.host.SimHost;
import dev.berth.simulation.network.Network;
import dev.berth.simulation.network.SimChannel;
import dev.berth.simulation.store.Ensemble;
import dev.berth.simulation.store.StoreClient;
import dev.berth.simulation.world.SimProcess;
import dev.berth.simulation.world.Violation;
import dev.berth.simulation.world.World;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The whole cluster in one world: the store, schedulers, agents on their hosts, routers, users.
 *
 * <p>Confined to the world's thread.
 */
public final class Cluster {
  private final World world;
  private final Network network;
  private final StoreClient.Troubles troubles = new StoreClient.Troubles();
  private final SimScheduler.Parts parts;
  private final Ensemble ensemble;
  private final List<SimScheduler> schedulers = new ArrayList<>();
  private final List<SimAgent> agents = new ArrayList<>();
  private final List<SimRouter> routers = new ArrayList<>();
  private final Users users;
  private Consumer<Happening> watcher = _ -> {};
  private @Nullable Throwable fault;
  private boolean isChanged;

  /** How large it is. */
  public record Shape(int schedulers, int agents, int routers) {}

  public Cluster(World world, Shape shape, BlobStore blobs, SimScheduler.Parts parts) {
    this.world = world;
    this.parts = parts;
    this.network = new Network(world);
    this.ensemble =
        new Ensemble(world, parts.fence(), commit -> happened(new Happening.Committed(commit)));
    for (int number = 1; number <= shape.schedulers(); number++) {
      schedulers.add(new SimScheduler(this, "scheduler-" + number, blobs));
    }
    for (int number = 1; number <= shape.agents(); number++) {
      agents.add(agent(number));
    }
    for (int number = 1; number <= shape.routers(); number++) {
      routers.add(new SimRouter(this, "router-" + number));
    }
    this.users = new Users(this);
  }

  /** Nodes differ in size, and some are small. */
  private SimAgent agent(int number) {
    var host =
        new SimHost(
            world,
            "node-" + number,
            number,
            new SimHost.Listener() {
              @Override
              public void started(String node, Container container) {
                happened(new Happening.Started(node, container));
              }

              @Override
              public void ended(String node, Container container) {
                happened(new Happening.Ended(node, container));
              }

              @Override
              public void released(String node, long placement) {
                happened(new Happening.Released(node, placement));
              }
            });
    int memoryMib = 1024 * (1 + world.random("shape").nextInt(3));
    return new SimAgent(this, host, new Capacity(memoryMib, 4000, 8192, 65_536));
  }

  public void watchedBy(Consumer<Happening> by) {
    watcher = by;
  }

  public void start() {
    schedulers.forEach(SimProcess::start);
    agents.forEach(SimProcess::start);
    routers.forEach(SimProcess::start);
  }

  public World world() {
    return world;
  }

  public Network network() {
    return network;
  }

  public Ensemble ensemble() {
    return ensemble;
  }

  public StoreClient.Troubles troubles() {
    return troubles;
  }

  SimScheduler.Parts parts() {
    return parts;
  }

  Placer placer() {
    return parts.placer().apply(new SpreadPlacer());
  }

  public List<SimScheduler> schedulers() {
    return schedulers;
  }

  public List<SimAgent> agents() {
    return agents;
  }

  public List<SimRouter> routers() {
    return routers;
  }

  public Users users() {
    return users;
  }

  /** Every process, in one order. */
  public List<SimProcess> processes() {
    var all = new ArrayList<SimProcess>(schedulers);
    all.addAll(agents);
    all.addAll(routers);
    return all;
  }

  public Optional<SimAgent> agent(String node) {
    return agents.stream().filter(agent -> agent.name().equals(node)).findFirst();
  }

  /** The one that leads in the newest epoch, if it is up. */
  public Optional<SimScheduler> leader() {
    return schedulers.stream()
        .filter(it -> it.isUp() && it.leading() != null && it.epoch() == ensemble.epoch())
        .findFirst();
  }

  /** The schedulers as this process calls them. */
  Schedulers dialledBy(SimChannel.Caller caller) {
    var addresses = new ArrayList<>(schedulers.stream().map(SimScheduler::address).toList());
    Collections.shuffle(addresses, Random.from(world.random("addresses " + caller.process())));
    return new Schedulers(addresses, address -> new SimChannel(network, caller, server(address)));
  }

  private SimScheduler server(String address) {
    return schedulers.stream()
        .filter(scheduler -> scheduler.address().equals(address))
        .findFirst()
        .orElseThrow();
  }

  // --- what happens
  // --------------------------------------------------------------------------------

  void happened(Happening happening) {
    isChanged = true;
    try {
      watcher.accept(happening);
    } catch (Violation violation) {
      fault(violation); // whoever called may swallow it
      throw violation;
    }
  }

  /** Whether anything has happened since the last call. */
  public boolean takeChanged() {
    boolean taken = isChanged;
    isChanged = false;
    return taken;
  }

  /** Production code has thrown what it must not. */
  public void fault(Throwable thrown) {
    if (fault == null) {
      fault = thrown;
    }
  }

  /** Throws what has been noted. */
  public void requireNoFault() {
    if (fault instanceof Violation violation) {
      throw violation;
    }
    if (fault != null) {
      throw new Violation("NoFaults", Objects.requireNonNull(fault));
    }
  }
}
