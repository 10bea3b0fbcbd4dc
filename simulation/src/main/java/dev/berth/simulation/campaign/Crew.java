package dev.berth.simulation.campaign;

/**
 * How many instances of one process type answer, by what really runs on the nodes and what the
 * router really does. Confined to the world's thread.
 */
final class Crew {
  private final String name;
  private final int bearable;
  private final byte[] healthy;
  private final byte[] placed;
  private final byte[] old;
  private int down;
  private long[] routed = {};

  /**
   * @param count so many instances it should have
   * @param bearable so many of them may be missing
   */
  Crew(String name, int count, int bearable) {
    this.name = name;
    this.bearable = bearable;
    this.healthy = new byte[count + 1];
    this.placed = new byte[count + 1];
    this.old = new byte[count + 1];
    this.down = count;
  }

  String name() {
    return name;
  }

  int count() {
    return healthy.length - 1;
  }

  boolean isWeb() {
    return name.endsWith("/web");
  }

  void comesUp(int index) {
    if (healthy[index]++ == 0) {
      down--;
    }
  }

  void goesDown(int index) {
    if (--healthy[index] == 0) {
      down++;
    }
  }

  /** More are missing than its app allows. */
  boolean isShort() {
    return down > bearable;
  }

  int down() {
    return down;
  }

  int bearable() {
    return bearable;
  }

  /** How many placements of this index are wanted now. */
  int placed(int index, int more) {
    placed[index] += (byte) more;
    return placed[index];
  }

  /** How many of them are of the old version. */
  int old(int index, int more) {
    old[index] += (byte) more;
    return old[index];
  }

  /** In ascending order. */
  void routed(long[] placements) {
    routed = placements;
  }

  boolean isRouted(long placement) {
    return java.util.Arrays.binarySearch(routed, placement) >= 0;
  }
}
