package dev.berth.cli.cluster;

import java.util.ArrayList;
import java.util.List;

/** A range of IPv4 addresses, as a network and the length of its prefix. */
record Subnet(int network, int prefix) {
  private static final int NODE_PREFIX = 22;

  /** Where nodes get their addresses from: 10.88.0.0 to 10.95.255.255. */
  private static final Subnet POOL = of("10.88.0.0/13");

  private static final int CHOICES = 1 << (NODE_PREFIX - 13);

  Subnet {
    network &= mask(prefix);
  }

  static Subnet of(String text) {
    String[] parts = text.split("/", 2);
    int network = 0;
    for (String octet : parts[0].split("\\.", 4)) {
      network = network << 8 | Integer.parseInt(octet);
    }
    return new Subnet(network, Integer.parseInt(parts[1]));
  }

  boolean overlaps(Subnet other) {
    int shorter = Math.min(prefix, other.prefix);
    return (network & mask(shorter)) == (other.network & mask(shorter));
  }

  /**
   * Subnets for so many nodes that touch none of those taken; looks from {@code start} on, so that
   * clusters made at the same moment do not choose the same. Fewer are returned if there is no
   * room.
   */
  static List<Subnet> choose(int count, int start, List<Subnet> taken) {
    List<Subnet> chosen = new ArrayList<>();
    for (int i = 0; i < CHOICES && chosen.size() < count; i++) {
      int number = Math.floorMod(start + i, CHOICES);
      Subnet candidate = new Subnet(POOL.network + (number << (32 - NODE_PREFIX)), NODE_PREFIX);
      if (taken.stream().noneMatch(candidate::overlaps)) {
        chosen.add(candidate);
      }
    }
    return chosen;
  }

  private static int mask(int prefix) {
    return prefix == 0 ? 0 : -1 << (32 - prefix);
  }

  @Override
  public String toString() {
    return (network >>> 24)
        + "."
        + (network >>> 16 & 255)
        + "."
        + (network >>> 8 & 255)
        + "."
        + (network & 255)
        + "/"
        + prefix;
  }
}
