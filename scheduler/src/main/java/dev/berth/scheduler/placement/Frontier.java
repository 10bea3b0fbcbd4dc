package dev.berth.scheduler.placement;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.berth.scheduler.state.Capacity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The best node of one rack while a group is placed.
 *
 * <p>Walks each shelf once, past what is full; nodes that the search has touched, or that hold the
 * process type, wait aside in a heap. Confined to one search.
 */
final class Frontier {
  static final long NONE = Long.MAX_VALUE;
  private static final int RANK_BITS = 20;
  private static final int USED_BITS = 14;
  private static final int MOST_HELD = (1 << 14) - 1;

  /** A node that is used no more than this above the best is preferred if it has the image. */
  private static final int IMAGE_BONUS = IndexedNode.WHOLE / 20;

  private final IndexedNode[] byRank;
  private final Need need;
  private final boolean packs;
  private final Shelf[] shelves;
  private final int[] at;
  private final long[] heads;
  private final boolean[] isInVain;
  private final LongHeap aside = new LongHeap();

  Frontier(IndexedNode[] byRank, Need need, boolean packs, List<Shelf> shelves) {
    this.byRank = byRank;
    this.need = need;
    this.packs = packs;
    this.shelves = shelves.toArray(Shelf[]::new);
    this.at = new int[this.shelves.length];
    this.heads = new long[this.shelves.length];
    this.isInVain = new boolean[this.shelves.length];
  }

  /**
   * No node of the shelf has a smaller key, where spread is wanted and none is known to have the
   * image.
   */
  static long atLeast(Shelf shelf) {
    return ((shelf.key(0) >>> 32) + IMAGE_BONUS) << RANK_BITS;
  }

  /** The same, where some were put aside. */
  static long atLeastAside(long atLeast) {
    return atLeast == NONE ? NONE : Math.max(0, atLeast - ((long) IMAGE_BONUS << RANK_BITS));
  }

  /** Once the search has put its nodes aside. */
  void begin() {
    for (int shelf = 0; shelf < shelves.length; shelf++) {
      at[shelf] = packs ? shelves[shelf].size() - 1 : 0;
      isInVain[shelf] = !advance(shelf) && heads[shelf] == NONE;
    }
  }

  /** Smaller is better: how many of the type it holds, then how much is used, then its rank. */
  private long key(IndexedNode node) {
    long order =
        packs ? node.strandedBy(need.capacity()) : node.used + (node.hasImage ? 0 : IMAGE_BONUS);
    long held = packs ? (node.used == 0 ? 1 : 0) : Math.min(node.held, MOST_HELD);
    return (((held << USED_BITS) | order) << RANK_BITS) | node.rank;
  }

  boolean isCandidate(IndexedNode node) {
    return node.holds(need.capacity()) && (!need.demands().antiAffinity() || node.held == 0);
  }

  /** Offers a node that was put aside, as it is now. */
  void offer(IndexedNode node) {
    if (isCandidate(node)) {
      aside.add(key(node));
    }
  }

  /** The key of the best node, or {@link #NONE}. */
  long best() {
    long best = NONE;
    for (long head : heads) {
      best = Math.min(best, head);
    }
    return Math.min(best, bestAside());
  }

  @Nullable IndexedNode node(long key) {
    return key == NONE ? null : byRank[(int) key & ((1 << RANK_BITS) - 1)];
  }

  static int held(long key) {
    return (int) (key >>> (USED_BITS + RANK_BITS));
  }

  /** The node is taken or otherwise touched: it is on its shelf no more as it was. */
  void taken(IndexedNode node) {
    for (int shelf = 0; shelf < shelves.length; shelf++) {
      if (shelves[shelf] == node.shelf) {
        advance(shelf);
      }
    }
    offer(node);
  }

  /** Entries of the past are dropped when they come up. */
  private long bestAside() {
    while (!aside.isEmpty()) {
      long key = aside.first();
      IndexedNode node = byRank[(int) key & ((1 << RANK_BITS) - 1)];
      if (key == key(node) && isCandidate(node)) {
        return key;
      }
      aside.removeFirst();
    }
    return NONE;
  }

  /** True if it passed a node that could take more but is aside. */
  @CanIgnoreReturnValue
  private boolean advance(int shelf) {
    Shelf on = shelves[shelf];
    Capacity needed = need.capacity();
    int position = at[shelf];
    boolean passed = false;
    heads[shelf] = NONE;
    while (position >= 0 && position < on.size()) {
      IndexedNode node = byRank[on.rank(position)];
      boolean holds = node.holds(needed);
      if (holds && !node.isAside) {
        heads[shelf] = key(node);
        break;
      }
      passed |= holds;
      position += packs ? -1 : 1;
    }
    at[shelf] = position;
    return passed;
  }

  /** For shelves that seemed to have room and had none. */
  void learn() {
    for (int shelf = 0; shelf < shelves.length; shelf++) {
      if (isInVain[shelf]) {
        shelves[shelf].tighten(byRank);
      }
    }
  }
}
