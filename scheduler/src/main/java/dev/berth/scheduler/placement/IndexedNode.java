package dev.berth.scheduler.placement;

import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.NodePool;
import dev.berth.scheduler.state.NodePools;
import org.jspecify.annotations.Nullable;

/**
 * One node in the index: what of it is free, where it stands, and marks of the search under way.
 * Confined to its index.
 */
final class IndexedNode {
  static final int WHOLE = 10_000;

  final int slot;
  int rank;
  @Nullable Shelf shelf;

  /** What is against it by what was last heard of it, if anything. */
  private @Nullable Rule unfit = Rule.NOT_READY;

  long memory;
  long cpu;
  long pids;
  long disk;
  long addresses;

  /** How much of what is scarcest on it is used, or how much on average: see the pool's policy. */
  int used;

  /** Placements that have been told to leave. */
  int leaving;

  // Of the search under way; all 0, false and null between searches.
  int held;
  int taken;
  boolean isAside;
  boolean hasImage;
  @Nullable IndexedNode nextAside;

  private KnownNode node;
  private Capacity all;
  private boolean packs;
  private double memoryScale;
  private double cpuScale;
  private double pidsScale;
  private double diskScale;

  IndexedNode(int slot, KnownNode node, NodePools pools) {
    this.slot = slot;
    this.node = node;
    this.all = Capacity.NONE;
    become(node, pools);
  }

  KnownNode node() {
    return node;
  }

  /** Why it takes nothing at all; null if it takes instances. */
  @Nullable Rule closed() {
    return node.policy().takesNew() ? unfit : Rule.CORDONED;
  }

  void become(@Nullable Rule newUnfit) {
    unfit = newUnfit;
  }

  boolean isOpen() {
    return closed() == null;
  }

  /** What is booked stays booked. */
  void become(KnownNode other, NodePools pools) {
    NodePool pool = pools.named(other.pool());
    Capacity before = all;
    node = other;
    all = pool.promises(other.capacity());
    packs = pool.policy() == NodePool.Policy.PACK;
    memoryScale = scale(all.memoryMib());
    cpuScale = scale(all.cpuMillis());
    pidsScale = scale(all.pids());
    diskScale = scale(all.diskMib());
    give(all.minus(before), 1);
  }

  void give(Capacity more, int times) {
    memory += more.memoryMib() * times;
    cpu += more.cpuMillis() * times;
    pids += more.pids() * times;
    disk += more.diskMib() * times;
    addresses += more.addresses() * times;
    used = share();
  }

  boolean holds(Capacity needed) {
    return memory >= needed.memoryMib()
        && cpu >= needed.cpuMillis()
        && pids >= needed.pids()
        && disk >= needed.diskMib()
        && addresses >= needed.addresses();
  }

  Capacity free() {
    return new Capacity(memory, cpu, pids, disk, addresses);
  }

  /** Orders the nodes of a shelf. */
  long key() {
    return ((long) used << 32) | rank;
  }

  /**
   * For pools that pack: how much cpu and memory would lie idle, on average, were the node filled
   * up with instances that ask this.
   */
  int strandedBy(Capacity each) {
    double fill =
        Math.min(
            Math.floor((double) memory / Math.max(1, each.memoryMib())),
            Math.floor((double) cpu / Math.max(1, each.cpuMillis())));
    double memoryLeft = (memory - fill * each.memoryMib()) * memoryScale;
    double cpuLeft = (cpu - fill * each.cpuMillis()) * cpuScale;
    return (int) Math.clamp((memoryLeft + cpuLeft) / 2, 0, WHOLE);
  }

  private int share() {
    return shareWithout(Capacity.NONE);
  }

  /** How much would be used if so much were given back; negative amounts are taken. */
  int shareWithout(Capacity given) {
    double memoryUsed = (all.memoryMib() - memory - given.memoryMib()) * memoryScale;
    double cpuUsed = (all.cpuMillis() - cpu - given.cpuMillis()) * cpuScale;
    double share;
    if (packs) {
      share = (memoryUsed + cpuUsed) / 2;
    } else {
      double pidsUsed = (all.pids() - pids - given.pids()) * pidsScale;
      double diskUsed = (all.diskMib() - disk - given.diskMib()) * diskScale;
      share = Math.max(Math.max(memoryUsed, cpuUsed), Math.max(pidsUsed, diskUsed));
    }
    return (int) Math.clamp(share, 0, WHOLE);
  }

  /** A node that has none of something counts as having used all of it. */
  private static double scale(long all) {
    return all <= 0 ? 0 : (double) WHOLE / all;
  }
}
