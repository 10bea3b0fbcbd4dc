package dev.berth.router.table;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A map from strings to values that is never changed: each change makes a new map.
 *
 * <p>A look-up or a change touches at most seven small nodes, however many keys there are; the rest
 * is shared between old and new. Keys with the same hash are kept in a list. Immutable.
 */
final class HashTrie<V> {
  private static final int BITS = 5;

  /** Either a branch or a leaf; nothing else stands in a slot. */
  private sealed interface Node {}

  /** A bit for each of 32 possible children, and those that there are in their order. */
  private static final class Branch implements Node {
    final int bitmap;
    final Node[] children;

    Branch(int bitmap, Node[] children) {
      this.bitmap = bitmap;
      this.children = children;
    }
  }

  /** Keys that share one hash, nearly always a single one. */
  private record Leaf(int hash, String key, Object value, @Nullable Leaf next) implements Node {}

  private static final Branch NO_CHILDREN = new Branch(0, new Node[0]);

  private final Branch root;
  private final int size;

  private HashTrie(Branch root, int size) {
    this.root = root;
    this.size = size;
  }

  static <V> HashTrie<V> empty() {
    return new HashTrie<>(NO_CHILDREN, 0);
  }

  int size() {
    return size;
  }

  @SuppressWarnings("unchecked") // leaves are made by with(), which takes only V
  @Nullable V find(String key) {
    int hash = spread(key);
    Branch branch = root;
    int rest = hash;
    while (true) {
      int bit = 1 << (rest & 31);
      if ((branch.bitmap & bit) == 0) {
        return null;
      }
      switch (branch.children[Integer.bitCount(branch.bitmap & (bit - 1))]) {
        case Branch below -> branch = below;
        case Leaf leaf -> {
          Leaf found = inChain(leaf, hash, key);
          return found == null ? null : (V) found.value;
        }
      }
      rest >>>= BITS;
    }
  }

  HashTrie<V> with(String key, V value) {
    int hash = spread(key);
    Leaf leaf = new Leaf(hash, key, Objects.requireNonNull(value), null);
    return new HashTrie<>(put(root, leaf, 0), find(key) == null ? size + 1 : size);
  }

  HashTrie<V> without(String key) {
    if (find(key) == null) {
      return this;
    }
    return new HashTrie<>(remove(root, spread(key), key, 0), size - 1);
  }

  void forEach(BiConsumer<String, ? super V> action) {
    visit(root, action);
  }

  @SuppressWarnings("unchecked") // as in find
  private void visit(Node node, BiConsumer<String, ? super V> action) {
    switch (node) {
      case Branch branch -> {
        for (Node child : branch.children) {
          visit(child, action);
        }
      }
      case Leaf first -> {
        for (Leaf leaf = first; leaf != null; leaf = leaf.next) {
          action.accept(leaf.key, (V) leaf.value);
        }
      }
    }
  }

  private static int spread(String key) {
    int hash = key.hashCode() * 0x9E3779B9;
    return hash ^ (hash >>> 15);
  }

  private static @Nullable Leaf inChain(Leaf first, int hash, String key) {
    if (first.hash != hash) {
      return null;
    }
    for (Leaf leaf = first; leaf != null; leaf = leaf.next) {
      if (leaf.key.equals(key)) {
        return leaf;
      }
    }
    return null;
  }

  private static Branch put(Branch branch, Leaf leaf, int shift) {
    int bit = 1 << ((leaf.hash >>> shift) & 31);
    int at = Integer.bitCount(branch.bitmap & (bit - 1));
    if ((branch.bitmap & bit) == 0) {
      Node[] wider = new Node[branch.children.length + 1];
      System.arraycopy(branch.children, 0, wider, 0, at);
      wider[at] = leaf;
      System.arraycopy(branch.children, at, wider, at + 1, branch.children.length - at);
      return new Branch(branch.bitmap | bit, wider);
    }
    Node child =
        switch (branch.children[at]) {
          case Branch below -> put(below, leaf, shift + BITS);
          case Leaf there when there.hash == leaf.hash -> chained(there, leaf);
          case Leaf there -> put(put(NO_CHILDREN, there, shift + BITS), leaf, shift + BITS);
        };
    return replaced(branch, at, child);
  }

  private static Leaf chained(Leaf there, Leaf leaf) {
    return new Leaf(leaf.hash, leaf.key, leaf.value, unchained(there, leaf.key));
  }

  private static @Nullable Leaf unchained(@Nullable Leaf first, String key) {
    if (first == null) {
      return null;
    }
    if (first.key.equals(key)) {
      return first.next;
    }
    return new Leaf(first.hash, first.key, first.value, unchained(first.next, key));
  }

  private static Branch remove(Branch branch, int hash, String key, int shift) {
    int bit = 1 << ((hash >>> shift) & 31);
    int at = Integer.bitCount(branch.bitmap & (bit - 1));
    Node left =
        switch (branch.children[at]) {
          case Branch below -> {
            Branch rest = remove(below, hash, key, shift + BITS);
            yield rest.bitmap == 0 ? null : rest;
          }
          case Leaf there -> unchained(there, key);
        };
    if (left != null) {
      return replaced(branch, at, left);
    }
    Node[] narrower = new Node[branch.children.length - 1];
    System.arraycopy(branch.children, 0, narrower, 0, at);
    System.arraycopy(branch.children, at + 1, narrower, at, narrower.length - at);
    return new Branch(branch.bitmap & ~bit, narrower);
  }

  private static Branch replaced(Branch branch, int at, Node child) {
    Node[] children = Arrays.copyOf(branch.children, branch.children.length);
    children[at] = child;
    return new Branch(branch.bitmap, children);
  }
}
