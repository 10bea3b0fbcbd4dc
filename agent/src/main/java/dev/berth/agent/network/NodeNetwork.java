package dev.berth.agent.network;

import dev.berth.agent.linux.Connections;
import dev.berth.agent.linux.Links;
import dev.berth.agent.linux.Programs;
import dev.berth.agent.runtime.Defence;
import dev.berth.agent.runtime.Defences;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The network of this node's instances.
 *
 * <p>An instance reaches what its passage lets through, by NAT, and nothing of the host, of other
 * instances or of link-local addresses; it can't speak with another's address. Without a passage it
 * reaches nothing. Setting up may be repeated and keeps links that are in use. Thread-safe.
 */
public final class NodeNetwork implements AutoCloseable {
  public static final String IP = "/usr/sbin/ip";
  public static final String NFT = "/usr/sbin/nft";
  public static final String TC = "/usr/sbin/tc";
  public static final String NSENTER = "/usr/bin/nsenter";

  /** Bytes a second to and from an instance; 0 without a limit. */
  public record Held(long to, long from) {}

  private final NetworkNames names;
  private final Subnet subnet;
  private final Programs programs;
  private final Defences defences;
  private final Passages passages;
  private final Links links = new Links();
  private @Nullable RulesWatch watch;
  private final Shaping shaping;

  /**
   * @param forbidden networks that no place reaches, whatever its passage
   * @param routers networks outside of this node that may begin connections to places
   */
  public NodeNetwork(
      NetworkNames names,
      Subnet subnet,
      Programs programs,
      Defences defences,
      List<String> forbidden,
      List<String> routers) {
    this.names = names;
    this.subnet = subnet;
    this.programs = programs;
    this.defences = defences;
    this.passages =
        new Passages(new NodeRules(names, subnet, defences, routers), subnet, programs, forbidden);
    this.shaping = new Shaping(links, programs);
  }

  /** Bridge, switches and rules, with the passages of places that are taken. */
  public void setUp(Map<Integer, Passage> places) throws IOException {
    passages.setUp(places); // before the bridge, so that nothing ever crosses it without rules
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
    var switches = new BridgeSwitches(names.bridge());
    switches.set();
    List<String> wrong = switches.differences();
    if (!wrong.isEmpty()) {
      throw new IOException("the bridge is not as it should be: " + String.join("; ", wrong));
    }
  }

  /** From here on the rules are put back when something else changes them. */
  public void watch() {
    watch = new RulesWatch(passages);
  }

  /** Forbids other networks than those before; in force when it returns. */
  public void forbid(List<String> networks) throws IOException {
    passages.forbid(networks);
  }

  /** Lets a place out as far as its passage says; in force when it returns. */
  public void open(int place, Passage passage) throws IOException {
    passages.put(place, passage);
  }

  /** The place reaches nothing any more. */
  public void shut(int place) throws IOException {
    passages.remove(place);
  }

  /** Nothing that comes for the place belongs to a connection that it had. */
  public void forget(int place) throws IOException {
    if (defences.has(Defence.FORGOTTEN_CONNECTIONS)) {
      Connections.forget(subnet.bits(place));
    }
  }

  /** In the process's network namespace, before it has a link; for runtimes that can't. */
  public void setSwitches(long pid) throws IOException {
    var program = new StringBuilder();
    Switches.inside(defences)
        .forEach((name, value) ->
            program.append(
                "open(F, '>', '/proc/sys/%s') && print F %s and close F or die $!;\n"
                    .formatted(name.replace('.', '/'), value)));
    programs.need(
        List.of(NSENTER, "--net=/proc/" + pid + "/ns/net", "/usr/bin/perl", "-e", "" + program));
  }

  /**
   * Gives the process's network namespace its link, address and route. Neighbours are fixed on both
   * sides: nobody ever has to ask who has an address, so nobody can answer falsely.
   *
   * <p>Changes nothing where that namespace is the host's.
   *
   * @param bytesPerSecond in each direction; 0 for no limit
   * @return the rates that the kernel has
   */
  public Held attach(int place, long pid, long bytesPerSecond) throws IOException {
    if (Attachment.isHosts(pid)) {
      return new Held(0, 0);
    }
    String link = names.link(place);
    int bridge = index(names.bridge());
    links.makePair(new Links.Pair(link, "eth0", subnet.mac(place), pid));
    boolean isolated = defences.has(Defence.PORT_ISOLATION);
    links.join(link, bridge, new Links.Port(isolated, defences.has(Defence.FIXED_NEIGHBOURS)));
    links.fix(new Links.Neighbour(bridge, subnet.bits(place), subnet.mac(place)), index(link));
    boolean limited = bytesPerSecond > 0;
    var inside = limited ? shaping.beginInside(pid, bytesPerSecond) : null;
    String shown =
        programs.need(
            List.of(NSENTER, "--net=/proc/" + pid + "/ns/net", IP, "-batch", "-"),
            """
            link set dev lo up
            link set dev eth0 addrgenmode none
            addr add %1$s/32 dev eth0
            link set dev eth0 up
            neigh add %2$s lladdr %3$s dev eth0 nud permanent
            route add %2$s dev eth0 scope link
            route add default via %2$s
            link show dev eth0
            """
                .formatted(subnet.address(place), subnet.gateway(), subnet.mac(0)));
    if (!shown.contains("link/ether " + subnet.mac(place) + " ")) {
      throw new IOException("eth0 has not the MAC " + subnet.mac(place) + ": " + shown.strip());
    }
    return inside == null
        ? new Held(0, 0)
        : new Held(shaping.outside(link, bytesPerSecond), Shaping.await(inside));
  }

  /** What differs from what {@link #attach} ordered, as the kernel has it; cheap. */
  public List<String> differences(int place, long pid) throws IOException {
    return new Attachment(names, subnet, place, names.link(place), pid).differences();
  }

  /** Removes the link of a place, if there is one; its other end goes with it. */
  public void detach(int place) throws IOException {
    links.remove(names.link(place));
    links.unfix(new Links.Neighbour(index(names.bridge()), subnet.bits(place), subnet.mac(place)));
  }

  /** Rules and links stay; nobody looks after them any more. */
  @Override
  public void close() {
    if (watch != null) {
      watch.close();
    }
  }

  private static int index(String link) throws IOException {
    return Integer.parseInt(Files.readString(Path.of("/sys/class/net", link, "ifindex")).strip());
  }
}
