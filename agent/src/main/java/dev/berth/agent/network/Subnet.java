package dev.berth.agent.network;

import java.util.regex.Pattern;

/** The addresses of one node's instances. Offset 1 is the gateway. */
public record Subnet(int network, int prefix) {
  private static final Pattern FORM =
      Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})/(\\d{1,2})");

  public Subnet {
    if (prefix < 20 || prefix > 29) {
      throw new IllegalArgumentException(
          "network.subnet must have a prefix of /20 to /29, not /" + prefix);
    }
    if ((network & ~(-1 << (32 - prefix))) != 0) {
      throw new IllegalArgumentException(
          "network.subnet " + text(network) + "/" + prefix + " has bits set after its prefix");
    }
  }

  public static Subnet of(String text) {
    var matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "network.subnet must look like 10.88.0.0/22, not '" + text + "'");
    }
    int network = 0;
    for (int i = 1; i <= 4; i++) {
      int part = Integer.parseInt(matcher.group(i));
      if (part > 255) {
        throw new IllegalArgumentException("network.subnet has the part " + part + ", above 255");
      }
      network = (network << 8) | part;
    }
    return new Subnet(network, Integer.parseInt(matcher.group(5)));
  }

  /** How many instances can have an address: all but network, gateway and broadcast. */
  public int places() {
    return (1 << (32 - prefix)) - 3;
  }

  public String gateway() {
    return text(network + 1);
  }

  /** The same as a number; of the gateway for place 0. */
  int bits(int place) {
    return network + 1 + place;
  }

  /** The address of place 1 and up. */
  public String address(int place) {
    return text(network + 1 + place);
  }

  /** Never changes for an address, so that no stale neighbour entry does harm. */
  public String mac(int place) {
    int bits = network + 1 + place;
    return "02:be:%02x:%02x:%02x:%02x"
        .formatted(bits >>> 24, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255);
  }

  /** The low 16 bits of the address: which 65,536-id range of the host goes with it. */
  public int rangeNumber(int place) {
    return (network + 1 + place) & 0xFFFF;
  }

  /** The /16 around it: where the other nodes' instances are. */
  public String surroundings() {
    return text(network & 0xFFFF0000) + "/16";
  }

  @Override
  public String toString() {
    return text(network) + "/" + prefix;
  }

  private static String text(int bits) {
    return "%d.%d.%d.%d"
        .formatted(bits >>> 24, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255);
  }
}
