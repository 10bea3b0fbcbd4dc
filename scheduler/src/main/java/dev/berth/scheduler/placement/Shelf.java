package dev.berth.scheduler.placement;

import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.Labels;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * At most {@value #MOST} nodes of one rack with the same labels and capacity, least used first;
 * only those that take instances. Knows what none of them has, so that most can be passed over
 * unread. Confined to its index.
 */
final class Shelf {
  static final int MOST = 128;

  final String pool;
  final int zone;
  final int rack;
  private final Map<String, String> labels;
  final @Nullable String owner;
  private long[] keys = new long[8];
  private int size;

  // No node has more than this; some may all have less.
  private long memory;
  private long cpu;
  private long pids;
  private long disk;
  private long addresses;

  Shelf(String pool, int zone, int rack, Map<String, String> labels) {
    this.pool = pool;
    this.zone = zone;
    this.rack = rack;
    this.labels = labels;
    this.owner = labels.get(Labels.TENANT);
  }

  boolean isFor(Need need) {
    return isWelcome(need) && need.likes(labels);
  }

  boolean isWelcome(Need need) {
    return owner == null || owner.equals(need.tenant().name());
  }

  int size() {
    return size;
  }

  /** The rank of the node at this position. */
  int rank(int position) {
    return (int) keys[position];
  }

  long key(int position) {
    return keys[position];
  }

  boolean mayHold(Capacity needed) {
    return size > 0
        && memory >= needed.memoryMib()
        && cpu >= needed.cpuMillis()
        && pids >= needed.pids()
        && disk >= needed.diskMib()
        && addresses >= needed.addresses();
  }

  void add(IndexedNode node) {
    long key = node.key();
    int at = -Arrays.binarySearch(keys, 0, size, key) - 1;
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, size * 2);
    }
    System.arraycopy(keys, at, keys, at + 1, size - at);
    keys[at] = key;
    size++;
    raise(node);
  }

  void remove(long key) {
    int at = position(key);
    size--;
    System.arraycopy(keys, at + 1, keys, at, size - at);
  }

  /** The node's key has changed from {@code before}. */
  void move(long before, IndexedNode node) {
    long key = node.key();
    int from = position(before);
    int at = from;
    while (at + 1 < size && keys[at + 1] < key) {
      keys[at] = keys[at + 1];
      at++;
    }
    while (at > 0 && keys[at - 1] > key) {
      keys[at] = keys[at - 1];
      at--;
    }
    keys[at] = key;
    raise(node);
  }

  private int position(long key) {
    int at = Arrays.binarySearch(keys, 0, size, key);
    if (at < 0) {
      throw new IllegalStateException("no node with rank %d on its shelf".formatted((int) key));
    }
    return at;
  }

  private void raise(IndexedNode node) {
    memory = Math.max(memory, node.memory);
    cpu = Math.max(cpu, node.cpu);
    pids = Math.max(pids, node.pids);
    disk = Math.max(disk, node.disk);
    addresses = Math.max(addresses, node.addresses);
  }

  /** After a search in vain: learns anew what the nodes have at most. */
  void tighten(IndexedNode[] byRank) {
    memory = 0;
    cpu = 0;
    pids = 0;
    disk = 0;
    addresses = 0;
    for (int at = 0; at < size; at++) {
      raise(byRank[rank(at)]);
    }
  }
}
