package dev.berth.agent.network;

import dev.berth.agent.linux.Links;
import dev.berth.agent.linux.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The network of this node's instances.
 *
 * <p>An instance reaches the world through NAT and nothing of the host, of other instances or of
 * link-local addresses; it can't speak with another's address. Setting up may be repeated and keeps
 * links that are in use. Thread-safe.
 */
public final class NodeNetwork {
  public static final String IP = "/usr/sbin/ip";
  public static final String NFT = "/usr/sbin/nft";
  public static final String TC = "/usr/sbin/tc";
  public static final String NSENTER = "/usr/bin/nsenter";

  /** Bytes a second to and from an instance; 0 without a limit. */
  public record Held(long to, long from) {}

  private final NetworkNames names;
  private final Subnet subnet;
  private final Programs programs;
  private final Links links = new Links();
  private final Shaping shaping;

  public NodeNetwork(NetworkNames names, Subnet subnet, Programs programs) {
    this.names = names;
    this.subnet = subnet;
    this.programs = programs;
    this.shaping = new Shaping(links, programs);
  }

  public void setUp() throws IOException {
    if (!Files.exists(Path.of("/sys/class/net", names.bridge()))) {
      programs.need(
          List.of(IP, "-batch", "-"),
          """
          link add name %1$s address %2$s type bridge stp_state 0 forward_delay 0 mcast_snooping 0
          link set dev %1$s addrgenmode none
          addr add %3$s/%4$d dev %1$s
          link set dev %1$s up
          """
              .formatted(names.bridge(), subnet.mac(0), subnet.gateway(), subnet.prefix()));
    }
    new Forwarding().enable();
    programs.need(List.of(NFT, "-f", "-"), rules());
  }

  /**
   * Gives the process's network namespace its link, address and route.
   *
   * @param bytesPerSecond in each direction; 0 for no limit
   * @return the rates that the kernel has
   */
  public Held attach(int place, long pid, long bytesPerSecond) throws IOException {
    String link = names.link(place);
    links.makePair(new Links.Pair(link, "eth0", subnet.mac(place), pid));
    links.join(link, bridgeIndex());
    boolean limited = bytesPerSecond > 0;
    var inside = limited ? shaping.beginInside(pid, bytesPerSecond) : null;
    programs.need(
        List.of(NSENTER, "--net=/proc/" + pid + "/ns/net", IP, "-batch", "-"),
        """
        link set dev lo up
        link set dev eth0 addrgenmode none
        addr add %s/%d dev eth0
        link set dev eth0 up
        route add default via %s
        """
            .formatted(subnet.address(place), subnet.prefix(), subnet.gateway()));
    return inside == null
        ? new Held(0, 0)
        : new Held(shaping.outside(link, bytesPerSecond), Shaping.await(inside));
  }

  /** Removes the link of a place, if there is one; its other end goes with it. */
  public void detach(int place) throws IOException {
    links.remove(names.link(place));
  }

  private int bridgeIndex() throws IOException {
    Path file = Path.of("/sys/class/net", names.bridge(), "ifindex");
    return Integer.parseInt(Files.readString(file).strip());
  }

  /** The whole table is replaced in one transaction, so no packet passes between old and new. */
  private String rules() {
    var text = new StringBuilder();
    String table = names.table();
    text.append("add table inet %1$s\ndelete table inet %1$s\n".formatted(table));
    text.append("add table bridge %1$s\ndelete table bridge %1$s\n".formatted(table));
    text.append(
        """
        table inet %1$s {
          chain input {
            type filter hook input priority -10; policy accept;
            iifname "%2$s" ct state established,related accept
            iifname "%2$s" reject
          }
          chain forward {
            type filter hook forward priority -10; policy accept;
            iifname "%2$s" oifname "bth*" reject
            iifname "%2$s" ip daddr { 127.0.0.0/8, 169.254.0.0/16, 224.0.0.0/4, %4$s } reject
            iifname "%2$s" meta nfproto ipv6 reject
            oifname "%2$s" ct state established,related accept
            oifname "%2$s" reject
          }
          chain postrouting {
            type nat hook postrouting priority 100; policy accept;
            ip saddr %3$s oifname != "%2$s" masquerade
          }
        }
        """
            .formatted(table, names.bridge(), subnet, subnet.surroundings()));
    text.append("table bridge %s {\n  set own {\n".formatted(table));
    text.append("    type ifname . ether_addr . ipv4_addr\n    elements = {");
    for (int place = 1; place <= subnet.places(); place++) {
      text.append(
          " \"%s\" . %s . %s%s"
              .formatted(
                  names.link(place),
                  subnet.mac(place),
                  subnet.address(place),
                  place == subnet.places() ? "" : ","));
    }
    text.append(
        """
         }
          }
          chain prerouting {
            type filter hook prerouting priority -300; policy accept;
            iifname "%1$s*" ether type ip iifname . ether saddr . ip saddr @own accept
            iifname "%1$s*" ether type arp iifname . arp saddr ether . arp saddr ip @own accept
            iifname "%1$s*" drop
          }
        }
        """
            .formatted(names.linkPrefix()));
    return text.toString();
  }
}
