package dev.berth.scheduler.outgoing;

import dev.berth.scheduler.state.Ipv4Network;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;

/**
 * Where a tenant's URL may lead: to addresses of the public internet, and to networks that an
 * operator allowed.
 *
 * <p>Never to this host's own addresses, to loopback, link-local, private, shared, multicast,
 * documentation or otherwise special ones, nor to IPv6 ones that carry an IPv4 one in them, unless
 * allowed; and to Berth's own ports on this host not even then. Looks at the address that is then
 * connected to, so a name that answers differently the next time gains nothing. Thread-safe.
 */
public record Destinations(List<Ipv4Network> allowed, Set<Integer> ownPorts) {
  private static final int IPV4_BYTES = 4;

  private static final List<Ipv4Network> SPECIAL =
      List.of(
          Ipv4Network.of("0.0.0.0/8"),
          Ipv4Network.of("10.0.0.0/8"),
          Ipv4Network.of("100.64.0.0/10"),
          Ipv4Network.of("127.0.0.0/8"),
          Ipv4Network.of("169.254.0.0/16"),
          Ipv4Network.of("172.16.0.0/12"),
          Ipv4Network.of("192.0.0.0/24"),
          Ipv4Network.of("192.0.2.0/24"),
          Ipv4Network.of("192.88.99.0/24"),
          Ipv4Network.of("192.168.0.0/16"),
          Ipv4Network.of("198.18.0.0/15"),
          Ipv4Network.of("198.51.100.0/24"),
          Ipv4Network.of("203.0.113.0/24"),
          Ipv4Network.of("224.0.0.0/3"));

  public Destinations {
    allowed = List.copyOf(allowed);
    ownPorts = Set.copyOf(ownPorts);
  }

  /** Of all addresses of a host the first that may be called. */
  InetAddress choose(String host, InetAddress[] addresses, int port) throws IOException {
    for (InetAddress address : addresses) {
      if (isOpen(address, port)) {
        return address;
      }
    }
    throw new IOException(
        "%s leads to no address that may be called; an operator can allow networks (webhook.allow)"
            .formatted(host));
  }

  boolean isOpen(InetAddress address, int port) throws IOException {
    boolean isOwn =
        address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
    if (isOwn && ownPorts.contains(port)) {
      return false;
    }
    byte[] bytes = address.getAddress();
    if (bytes.length != IPV4_BYTES) {
      return !isOwn && isPublic(bytes);
    }
    var exact = new Ipv4Network(ByteBuffer.wrap(bytes).getInt(), 32);
    boolean isAllowed = allowed.stream().anyMatch(it -> it.contains(exact));
    return isAllowed || (!isOwn && SPECIAL.stream().noneMatch(it -> it.contains(exact)));
  }

  /**
   * 2000::/3 but for what carries or stands for other addresses: Teredo, ORCHID, 6to4, documents.
   */
  private static boolean isPublic(byte[] address) {
    int first = ((address[0] & 0xff) << 8) | (address[1] & 0xff);
    int second = ((address[2] & 0xff) << 8) | (address[3] & 0xff);
    boolean isGlobal = (address[0] & 0xe0) == 0x20;
    boolean isProtocol = first == 0x2001 && (second < 0x0200 || second == 0x0db8);
    boolean isDocument = first == 0x3fff && second < 0x1000;
    return isGlobal && !isProtocol && !isDocument && first != 0x2002;
  }
}
