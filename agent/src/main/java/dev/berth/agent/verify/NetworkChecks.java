package dev.berth.agent.verify;

import dev.berth.agent.linux.Programs;
import dev.berth.agent.network.NodeNetwork;
import dev.berth.agent.runtime.Defence;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a container reaches, and how its port is set.
 *
 * <p>No packet of a check leaves this machine, also where a defence is missing: it may be sent on
 * no further than once.
 */
final class NetworkChecks {
  private static final String REFUSED = "111";

  /** Where clouds tell a machine its secrets, and where its management listens. */
  private static final List<String> METADATA =
      List.of("169.254.169.254", "100.100.100.200", "192.0.0.192", "168.63.129.16");

  /** What no packet is ever sent to: a connection fails before the node's rules are asked. */
  private static final Pattern UNROUTED = Pattern.compile("(0|127|22[4-9]|2[345]\\d)\\.");

  private NetworkChecks() {}

  static List<Check> all() {
    return List.of(
        Check.of(
                "own-network-namespace",
                "CVE-2020-15257",
                "not the host's; lo and eth0 with its own address and no more",
                NetworkChecks::namespace)
            .quickly()
            .noticing(Defence.OWN_NETWORK_NAMESPACE),
        Check.of(
                "host-unreachable",
                "network",
                "a listener on the node's bridge is not reached",
                NetworkChecks::hostUnreachable)
            .quickly()
            .noticing(Defence.UNREACHABLE_NETWORKS),
        Check.of(
                "metadata-unreachable",
                "network",
                "every metadata address refuses",
                NetworkChecks::metadataUnreachable)
            .quickly()
            .noticing(Defence.UNREACHABLE_NETWORKS),
        Check.of(
                "forbidden-unreachable",
                "network",
                "every network that is forbidden on this node refuses",
                NetworkChecks::forbiddenUnreachable)
            .quickly()
            .noticing(Defence.FORBIDDEN_NETWORKS),
        Check.of(
                "neighbour-unreachable",
                "network",
                "another tenant's listener is not reached",
                NetworkChecks::neighbourUnreachable)
            .noticing(Defence.UNREACHABLE_NETWORKS),
        Check.of("no-ipv6", "network", "switched off inside", NetworkChecks::noIpv6)
            .quickly()
            .noticing(Defence.NO_IPV6),
        port("port-isolated", "isolated 1", "isolated").quickly().noticing(Defence.PORT_ISOLATION),
        port(
                "neighbours-fixed",
                "learning 0, unicast_flood 0, multicast_flood 0, broadcast_flood 0",
                "learning",
                "unicast_flood",
                "multicast_flood",
                "broadcast_flood")
            .quickly()
            .noticing(Defence.FIXED_NEIGHBOURS),
        rule("source-checked", "bridge", "prerouting", "@own accept", "drop")
            .noticing(Defence.SOURCE_CHECK),
        rule("egress-held-to-policy", "inet", "outward", "vmap @passages")
            .noticing(Defence.EGRESS_POLICY),
        rule("closed-to-outside", "inet", "inward", "vmap @passages", "drop")
            .noticing(Defence.CLOSED_TO_OUTSIDE),
        rule("connections-limited", "inet", "to_open_%d", "jump admit_")
            .noticing(Defence.CONNECTION_LIMIT));
  }

  private static Seen namespace(Cell cell) throws IOException {
    Path own = Files.readSymbolicLink(cell.process().resolve("ns/net"));
    if (own.equals(Files.readSymbolicLink(Path.of("/proc/self/ns/net")))) {
      return new Seen(false, "the host's");
    }
    List<String> links = new ArrayList<>();
    for (String line : Files.readAllLines(cell.process().resolve("net/dev"))) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        links.add(line.substring(0, colon).strip());
      }
    }
    links.sort(null);
    boolean address =
        Files.readString(cell.process().resolve("net/fib_trie")).contains(cell.address());
    return new Seen(
        links.equals(List.of("eth0", "lo")) && address,
        String.join(", ", links) + (address ? " with " : " without ") + cell.address());
  }

  private static Seen hostUnreachable(Cell cell) throws IOException {
    var gateway = InetAddress.getByName(cell.host().subnet().gateway());
    try (var listener = new ServerSocket(0, 1, gateway)) {
      return refused(cell, List.of(gateway.getHostAddress()), listener.getLocalPort());
    }
  }

  private static Seen metadataUnreachable(Cell cell) throws IOException {
    return refused(cell, METADATA, 80);
  }

  private static Seen forbiddenUnreachable(Cell cell) throws IOException {
    List<String> addresses =
        cell.host().settings().forbidden().stream()
            .filter(network -> !UNROUTED.matcher(network).lookingAt())
            .map(NetworkChecks::firstOf)
            .toList();
    return addresses.isEmpty() ? new Seen(true, "none is named") : refused(cell, addresses, 80);
  }

  private static String firstOf(String network) {
    return network.substring(0, network.indexOf('/'));
  }

  private static Seen neighbourUnreachable(Cell cell) throws IOException {
    return refused(cell, List.of(cell.neighbour().address()), Cell.PORT);
  }

  /** With a time to live of one: where nothing refuses, the host's forwarding ends it. */
  private static Seen refused(Cell cell, List<String> addresses, int port) throws IOException {
    return Seen.nothingOf(
        cell.inside(
            """
            for my $ip (qw(%s)) {
              socket(my $socket, 2, 1, 0) or die "no socket";
              setsockopt($socket, 0, 2, 1) or die "no time to live";
              local $SIG{ALRM} = sub { die "silence\\n" };
              my $said = eval { alarm 2; connect($socket, pack("S n C4 x8", 2, %d, split /\\./, $ip)) ? "reached" : $! + 0 };
              $said = "silence" unless defined $said;
              alarm 0;
              print "$ip: $said; " if $said ne "%s";
            }
            """
                .formatted(String.join(" ", addresses), port, REFUSED)),
        "refused");
  }

  private static Seen noIpv6(Cell cell) throws IOException {
    return Seen.nothingOf(
        cell.inside(
            """
            for my $link (qw(all default lo eth0)) {
              open(my $file, "<", "/proc/sys/net/ipv6/conf/$link/disable_ipv6") or next;
              my $value = <$file>;
              print "on for $link; " if $value != 1;
            }
            """),
        "off");
  }

  private static Check port(String name, String expected, String... flags) {
    return Check.of(
        name,
        "network",
        expected,
        cell -> {
          Path port = Path.of("/sys/class/net", link(cell), "brport");
          List<String> seen = new ArrayList<>();
          for (String flag : flags) {
            seen.add(flag + " " + Files.readString(port.resolve(flag)).strip());
          }
          return Seen.exactly(expected, String.join(", ", seen));
        });
  }

  private static String link(Cell cell) {
    var host = cell.host();
    return host.names().link(host.place(cell.address()));
  }

  /** A rule that must be in force, as the kernel lists it. */
  private static Check rule(String name, String family, String chain, String... parts) {
    return Check.of(
        name,
        "network",
        "in force",
        cell -> {
          String where = chain.formatted(cell.limits().rates().connections());
          String table = cell.host().names().table();
          try (var programs = new Programs()) {
            String text =
                programs.need(List.of(NodeNetwork.NFT, "list", "chain", family, table, where));
            List<String> missing = new ArrayList<>();
            for (String part : parts) {
              if (!text.contains(part)) {
                missing.add("no '" + part + "' in " + where);
              }
            }
            return Seen.nothingOf(String.join(", ", missing), "in force");
          }
        });
  }
}
