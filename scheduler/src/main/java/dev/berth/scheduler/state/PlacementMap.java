package dev.berth.scheduler.state;

import java.util.AbstractCollection;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A map by placement id that never changes: a changed one is a new one and shares the rest.
 *
 * <p>Made for ids that lie close together, as they are given: looking one up follows four arrays
 * among a million, and a change copies as many short ones. Iterates in order of id, oldest first.
 * Immutable.
 */
public final class PlacementMap<V> extends AbstractMap<PlacementId, V> {
  private static final int BITS = 5;

  /** With so many levels there is a place for every id. */
  private static final int HIGHEST = 13;

  private static final Node NOTHING = new Node(0, new Object[0]);
  private static final PlacementMap<Object> EMPTY = new PlacementMap<>(NOTHING, 1, 0);

  private final Node root;
  private final int height;
  private final int size;

  /**
   * A bit for each of 32 places that is taken, and what is there: nodes, or the values on the
   * lowest level.
   */
  private static final class Node {
    private final int taken;
    private final Object[] slots;

    Node(int taken, Object[] slots) {
      this.taken = taken;
      this.slots = slots;
    }

    boolean has(int bit) {
      return (taken & bit) != 0;
    }

    int at(int bit) {
      return Integer.bitCount(taken & (bit - 1));
    }

    Node with(int bit, Object slot) {
      int at = at(bit);
      if (has(bit)) {
        Object[] copy = slots.clone();
        copy[at] = slot;
        return new Node(taken, copy);
      }
      Object[] copy = new Object[slots.length + 1];
      System.arraycopy(slots, 0, copy, 0, at);
      copy[at] = slot;
      System.arraycopy(slots, at, copy, at + 1, slots.length - at);
      return new Node(taken | bit, copy);
    }

    Node without(int bit) {
      int at = at(bit);
      Object[] copy = new Object[slots.length - 1];
      System.arraycopy(slots, 0, copy, 0, at);
      System.arraycopy(slots, at + 1, copy, at, copy.length - at);
      return new Node(taken & ~bit, copy);
    }
  }

  private PlacementMap(Node root, int height, int size) {
    this.root = root;
    this.height = height;
    this.size = size;
  }

  @SuppressWarnings("unchecked") // it holds none
  public static <V> PlacementMap<V> empty() {
    return (PlacementMap<V>) EMPTY;
  }

  public PlacementMap<V> plus(PlacementId id, V value) {
    long key = id.value();
    V before = find(key);
    if (value.equals(before)) {
      return this;
    }
    Node grown = root;
    int levels = height;
    while (!covers(key, levels)) {
      grown = size == 0 ? grown : new Node(1, new Object[] {grown});
      levels++;
    }
    return new PlacementMap<>(
        with(grown, BITS * (levels - 1), key, value), levels, before == null ? size + 1 : size);
  }

  public PlacementMap<V> minus(PlacementId id) {
    if (find(id.value()) == null) {
      return this;
    }
    return size == 1
        ? empty()
        : new PlacementMap<>(without(root, BITS * (height - 1), id.value()), height, size - 1);
  }

  private static boolean covers(long key, int levels) {
    return levels == HIGHEST || key >>> (BITS * levels) == 0;
  }

  private static int bit(long key, int shift) {
    return 1 << (int) (key >>> shift);
  }

  private static Node with(Node node, int shift, long key, Object value) {
    int bit = bit(key, shift);
    if (shift == 0) {
      return node.with(bit, value);
    }
    Node below = node.has(bit) ? (Node) node.slots[node.at(bit)] : NOTHING;
    return node.with(bit, with(below, shift - BITS, key, value));
  }

  private static Node without(Node node, int shift, long key) {
    int bit = bit(key, shift);
    if (shift == 0) {
      return node.without(bit);
    }
    Node below = without((Node) node.slots[node.at(bit)], shift - BITS, key);
    return below.taken == 0 ? node.without(bit) : node.with(bit, below);
  }

  @SuppressWarnings("unchecked") // on the lowest level are values
  private @Nullable V find(long key) {
    if (!covers(key, height)) {
      return null;
    }
    Node node = root;
    for (int shift = BITS * (height - 1); shift > 0; shift -= BITS) {
      int bit = bit(key, shift);
      if (!node.has(bit)) {
        return null;
      }
      node = (Node) node.slots[node.at(bit)];
    }
    int bit = bit(key, 0);
    return node.has(bit) ? (V) node.slots[node.at(bit)] : null;
  }

  @Override
  public @Nullable V get(@Nullable Object key) {
    return key instanceof PlacementId id ? find(id.value()) : null;
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    return get(key) != null;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Collection<V> values() {
    return new AbstractCollection<>() {
      @Override
      public Iterator<V> iterator() {
        return new Walk<>(PlacementMap.this::value);
      }

      @Override
      public int size() {
        return size;
      }
    };
  }

  @Override
  public Set<PlacementId> keySet() {
    return new AbstractSet<>() {
      @Override
      public Iterator<PlacementId> iterator() {
        return new Walk<>(Walk::key);
      }

      @Override
      public boolean contains(@Nullable Object key) {
        return containsKey(key);
      }

      @Override
      public int size() {
        return size;
      }
    };
  }

  @Override
  public Set<Map.Entry<PlacementId, V>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public Iterator<Map.Entry<PlacementId, V>> iterator() {
        return new Walk<>(walk -> Map.entry(walk.key(), value(walk)));
      }

      @Override
      public int size() {
        return size;
      }
    };
  }

  @SuppressWarnings("unchecked") // on the lowest level are values
  private V value(Walk<?> walk) {
    return (V) walk.slot;
  }

  /** Goes from value to value in order of id. Confined to one thread. */
  private final class Walk<E> implements Iterator<E> {
    private final Function<Walk<E>, E> seen;
    private final Node[] path = new Node[height];
    private final int[] next = new int[height];
    private int depth;
    private int left = size;
    private Object slot = NOTHING;

    Walk(Function<Walk<E>, E> seen) {
      this.seen = seen;
      path[0] = root;
    }

    @Override
    public boolean hasNext() {
      return left > 0;
    }

    @Override
    public E next() {
      if (left == 0) {
        throw new NoSuchElementException();
      }
      left--;
      while (next[depth] == path[depth].slots.length) {
        depth--;
      }
      while (depth < height - 1) {
        Node below = (Node) path[depth].slots[next[depth]++];
        depth++;
        path[depth] = below;
        next[depth] = 0;
      }
      slot = path[depth].slots[next[depth]++];
      return seen.apply(this);
    }

    PlacementId key() {
      long key = 0;
      for (int level = 0; level < height; level++) {
        key = key << BITS | place(path[level].taken, next[level] - 1);
      }
      return new PlacementId(key);
    }

    /** Which place the so many-th one taken is. */
    private int place(int taken, int count) {
      int rest = taken;
      for (int passed = 0; passed < count; passed++) {
        rest &= rest - 1;
      }
      return Integer.numberOfTrailingZeros(rest);
    }
  }
}
