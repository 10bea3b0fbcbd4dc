package dev.berth.simulation.network;

import dev.berth.simulation.world.World;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which process reaches which, and how fast.
 *
 * <p>Cuts add up: a way is open again when every cut of it has been undone. Confined to the world's
 * thread.
 */
public final class Network {
  /** Where ZooKeeper is. */
  public static final String STORE = "zookeeper";

  /** From everyone, or to everyone. */
  public static final String ALL = "*";

  private static final long LEAST_MICROS = 100;
  private static final long USUAL_MICROS = 1500;

  private final World world;
  private final Map<String, Integer> cuts = new TreeMap<>();
  private final Map<String, Long> slow = new HashMap<>();
  private final Set<Wire<?, ?>> wires = new LinkedHashSet<>();

  public Network(World world) {
    this.world = world;
  }

  /** No word gets from the one to the other. */
  public void cut(String from, String to) {
    cuts.merge(from + ">" + to, 1, Integer::sum);
  }

  public void mend(String from, String to) {
    cuts.computeIfPresent(from + ">" + to, (_, count) -> count == 1 ? null : count - 1);
  }

  public boolean isOpen(String from, String to) {
    return cuts.isEmpty()
        || !(cuts.containsKey(from + ">" + to)
            || cuts.containsKey(from + ">" + ALL)
            || cuts.containsKey(ALL + ">" + to));
  }

  public boolean isOpenBothWays(String one, String other) {
    return isOpen(one, other) && isOpen(other, one);
  }

  /** What a process sends and gets takes up to so much longer; 0 as usual. */
  public void delay(String process, long micros) {
    slow.put(process, micros);
  }

  /** How long the next word takes. */
  long micros(String from, String to) {
    long extra = slow.getOrDefault(from, 0L) + slow.getOrDefault(to, 0L);
    long most = USUAL_MICROS + extra;
    return world.random("network " + from + ">" + to).nextLong(LEAST_MICROS, most);
  }

  /** Every connection of the process breaks. */
  public void tear(String process) {
    List.copyOf(wires).stream().filter(wire -> wire.isOf(process)).forEach(Wire::tear);
  }

  void opened(Wire<?, ?> wire) {
    wires.add(wire);
  }

  void closed(Wire<?, ?> wire) {
    wires.remove(wire);
  }

  /** One word without a connection, as in a short call: it comes late, or not at all. */
  public void post(String from, String to, Runnable word) {
    world.after(
        micros(from, to),
        "word " + from + ">" + to,
        () -> {
          if (isOpen(from, to)) {
            word.run();
          }
        });
  }
}
