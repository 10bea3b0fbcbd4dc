package dev.berth.simulation.host;

import dev.berth.agent.oom.MemoryKills;
import dev.berth.agent.order.Order;
import dev.berth.agent.runtime.Ended;
import dev.berth.agent.runtime.Kept;
import dev.berth.simulation.world.World;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The machine under an agent: its containers outlive the agent, and end with the machine.
 *
 * <p>Tells whoever listens of each start and end. Confined to the world's thread.
 */
public final class SimHost {
  /** More than a node can hold, less than would keep an address from coming round again. */
  public static final int ADDRESSES = 40;

  private final World world;
  private final String node;
  private final Listener listener;
  private final Addresses addresses;
  private final TreeMap<Long, Container> running = new TreeMap<>();
  private final TreeMap<Long, Ended> over = new TreeMap<>();
  private final TreeMap<Long, Integer> incarnations = new TreeMap<>();
  private @Nullable Agent agent;
  private Mood mood = Mood.WELL;
  private int boots = 1;

  /** Who watches the containers of all nodes. */
  public interface Listener {
    void started(String node, Container container);

    void ended(String node, Container container);

    /** The address may be given to another placement. */
    void released(String node, long placement);
  }

  /** The agent that lives on it at the moment. */
  interface Agent {
    void ended(Ended ended);
  }

  public SimHost(World world, String node, int number, Listener listener) {
    this.world = world;
    this.node = node;
    this.listener = listener;
    this.addresses = new Addresses("10.88." + number + ".", ADDRESSES);
  }

  public String node() {
    return node;
  }

  public Mood mood() {
    return mood;
  }

  public void mood(Mood now) {
    mood = now;
  }

  public String bootId() {
    return node + "-boot-" + boots;
  }

  public Collection<Container> running() {
    return running.values();
  }

  public Optional<Container> running(long placement) {
    return Optional.ofNullable(running.get(placement));
  }

  RandomGenerator chance() {
    return world.random("host " + node);
  }

  void watchedBy(@Nullable Agent now) {
    agent = now;
  }

  /** What an agent finds when it comes up. */
  public List<Kept> adopt() {
    var kept = new ArrayList<Kept>();
    for (long placement : addresses.holders()) {
      Container container = running.get(placement);
      Ended ended = over.get(placement);
      int incarnation = incarnations.getOrDefault(placement, 0);
      String address = addresses.of(placement);
      if (container != null) {
        kept.add(new Kept.Running(placement, incarnation, address, 5000, 1, 0));
      } else if (ended != null) {
        kept.add(new Kept.Over(placement, incarnation, address, ended));
      } else {
        kept.add(new Kept.Reserved(placement, incarnation, address));
      }
    }
    return kept;
  }

  /** The address stays with the placement until it is released. */
  String reserve(long placement, int incarnation) {
    incarnations.put(placement, incarnation);
    return addresses.of(placement);
  }

  void start(Order order, int incarnation) {
    long placement = order.id().value();
    if (running.containsKey(placement)) {
      throw new IllegalStateException(
          node + " was asked to start placement " + placement + ", which runs");
    }
    over.remove(placement);
    var container =
        new Container(
            placement,
            order.instance(),
            order.spec().release(),
            incarnation,
            addresses.of(placement),
            world.now(),
            false,
            chance().nextDouble() < mood.hangs());
    running.put(placement, container);
    world.tell(
        "%s runs %s p%d i%d at %s"
            .formatted(node, order.instance(), placement, incarnation, container.address()));
    listener.started(node, container);
  }

  void healthy(long placement, boolean healthy) {
    running.computeIfPresent(placement, (_, container) -> container.healthy(healthy));
  }

  /** The container's first process ends; its agent hears of it, now or when it comes up. */
  public void end(long placement, int code, boolean outOfMemory) {
    Container container = running.remove(placement);
    if (container == null) {
      return;
    }
    var kills =
        outOfMemory
            ? new MemoryKills(
                1, MemoryKills.Main.KILLED, MemoryKills.At.OWN_LIMIT, "process 1 (app)")
            : MemoryKills.NONE;
    var ended = new Ended(placement, container.incarnation(), code, kills, 0, "");
    over.put(placement, ended);
    world.tell("%s p%d i%d ends (%d)".formatted(node, placement, container.incarnation(), code));
    listener.ended(node, container);
    if (agent != null) {
      agent.ended(ended);
    }
  }

  /** Takes away what is left of the container; what still runs is killed. */
  void discard(long placement) {
    end(placement, 137, false);
    over.remove(placement);
  }

  void release(long placement) {
    discard(placement);
    addresses.free(placement);
    incarnations.remove(placement);
    listener.released(node, placement);
  }

  /** The machine starts anew: no container is left, the ledger is. */
  public void reboot() {
    boots++;
    List.copyOf(running.values())
        .forEach(container -> {
          running.remove(container.placement());
          listener.ended(node, container);
        });
    over.clear();
  }
}
