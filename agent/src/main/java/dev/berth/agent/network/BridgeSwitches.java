package dev.berth.agent.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The kernel's switches of the node's bridge: set, and read back. */
record BridgeSwitches(String bridge) {

  /** Written and compared; a file that this kernel lacks is nothing to defend. */
  private Map<Path, String> wanted() {
    Path ipv4 = Path.of("/proc/sys/net/ipv4/conf", bridge);
    Path ipv6 = Path.of("/proc/sys/net/ipv6/conf", bridge);
    Path link = Path.of("/sys/class/net", bridge, "bridge");
    Map<Path, String> wanted = new TreeMap<>();
    for (String off :
        List.of(
            "accept_redirects",
            "secure_redirects",
            "send_redirects",
            "accept_source_route",
            "route_localnet",
            "proxy_arp",
            "proxy_arp_pvlan",
            "bootp_relay",
            "arp_accept",
            "accept_local")) {
      wanted.put(ipv4.resolve(off), "0");
    }
    wanted.put(ipv4.resolve("rp_filter"), "1");
    wanted.put(ipv4.resolve("forwarding"), "1");
    wanted.put(ipv6.resolve("disable_ipv6"), "1");
    wanted.put(ipv6.resolve("forwarding"), "0");
    wanted.put(ipv6.resolve("accept_ra"), "0");
    wanted.put(ipv6.resolve("accept_redirects"), "0");
    for (String off :
        List.of("stp_state", "multicast_snooping", "nf_call_iptables", "nf_call_ip6tables")) {
      wanted.put(link.resolve(off), "0");
    }
    return wanted;
  }

  void set() throws IOException {
    for (var each : wanted().entrySet()) {
      if (Files.exists(each.getKey()) && !read(each.getKey()).equals(each.getValue())) {
        Files.writeString(each.getKey(), each.getValue(), StandardOpenOption.WRITE);
      }
    }
  }

  /** Every one that is not as it should be, in plain words. */
  List<String> differences() throws IOException {
    List<String> found = new ArrayList<>();
    for (var each : wanted().entrySet()) {
      if (Files.exists(each.getKey()) && !read(each.getKey()).equals(each.getValue())) {
        found.add(each.getKey() + " is " + read(each.getKey()) + ", not " + each.getValue());
      }
    }
    return found;
  }

  /** Not readString: a number below /proc/sys is read whole or not at all. */
  private static String read(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    return lines.isEmpty() ? "" : lines.getFirst().strip();
  }
}
