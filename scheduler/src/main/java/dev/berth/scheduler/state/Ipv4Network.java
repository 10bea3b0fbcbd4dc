package dev.berth.scheduler.state;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An IPv4 network in its one canonical form: no bits set after the prefix.
 *
 * @param bits the address as a number
 */
public record Ipv4Network(int bits, int prefix) implements Comparable<Ipv4Network> {
  private static final Pattern FORM =
      Pattern.compile(
          "(0|[1-9]\\d{0,2})\\.(0|[1-9]\\d{0,2})\\.(0|[1-9]\\d{0,2})\\.(0|[1-9]\\d{0,2})"
              + "/(0|[1-9]\\d?)");

  public Ipv4Network {
    if (prefix < 0 || prefix > 32) {
      throw new IllegalArgumentException("a prefix must be /0 to /32, not /" + prefix);
    }
    if ((bits & ~mask(prefix)) != 0) {
      throw new IllegalArgumentException(
          address(bits) + "/" + prefix + " has bits set after its prefix");
    }
  }

  /** The network that the address is in; empty when the text is no address with a prefix. */
  public static Optional<Ipv4Network> around(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      return Optional.empty();
    }
    int bits = 0;
    for (int part = 1; part <= 4; part++) {
      int value = Integer.parseInt(form.group(part));
      if (value > 255) {
        return Optional.empty();
      }
      bits = bits << 8 | value;
    }
    int prefix = Integer.parseInt(form.group(5));
    return prefix > 32
        ? Optional.empty()
        : Optional.of(new Ipv4Network(bits & mask(prefix), prefix));
  }

  /** Of text that is known to be canonical. */
  public static Ipv4Network of(String text) {
    return around(text)
        .filter(network -> network.toString().equals(text))
        .orElseThrow(() -> new IllegalArgumentException("'" + text + "' is no IPv4 network"));
  }

  public boolean contains(Ipv4Network other) {
    return other.prefix >= prefix && (other.bits & mask(prefix)) == bits;
  }

  @Override
  public int compareTo(Ipv4Network other) {
    int byAddress = Integer.compareUnsigned(bits, other.bits);
    return byAddress != 0 ? byAddress : Integer.compare(prefix, other.prefix);
  }

  @Override
  public String toString() {
    return address(bits) + "/" + prefix;
  }

  private static int mask(int prefix) {
    return prefix == 0 ? 0 : -1 << (32 - prefix);
  }

  private static String address(int bits) {
    return "%d.%d.%d.%d"
        .formatted(bits >>> 24, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255);
  }
}
