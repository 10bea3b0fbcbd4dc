package dev.berth.agent.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads back what one instance's network is like, from /proc and /sys alone.
 *
 * @param link the host's end of its pair
 * @param pid of a process in its namespace
 */
record Attachment(NetworkNames names, Subnet subnet, int place, String link, long pid) {

  /** Every difference from what it should be, in plain words. */
  List<String> differences() throws IOException {
    List<String> found = new ArrayList<>();
    Path process = Path.of("/proc/" + pid);
    if (isHosts(pid)) {
      found.add("it is in the host's network namespace");
      return found;
    }
    inside(process.resolve("net"), found);
    port(found);
    return found;
  }

  /** Whether a process has no network namespace of its own. */
  static boolean isHosts(long pid) throws IOException {
    return namespace(Path.of("/proc/" + pid)).equals(namespace(Path.of("/proc/self")));
  }

  private static String namespace(Path process) throws IOException {
    return Files.readSymbolicLink(process.resolve("ns/net")).toString();
  }

  private void inside(Path net, List<String> found) throws IOException {
    Set<String> links = new TreeSet<>();
    for (String line : Files.readAllLines(net.resolve("dev"))) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        links.add(line.substring(0, colon).strip());
      }
    }
    expect("links", links.toString(), "[eth0, lo]", found);
    expect("routes", routes(net).toString(), wantedRoutes().toString(), found);
    String local = subnet.address(place);
    expect(
        "addresses",
        addresses(net).toString(),
        "" + new TreeSet<>(List.of("127.0.0.1", local)),
        found);
    expect("IPv6 addresses", ipv6(net).toString(), "[]", found);
  }

  /** Destination, gateway and mask of each, as the kernel writes them. */
  private static Set<String> routes(Path net) throws IOException {
    Set<String> routes = new TreeSet<>();
    for (String line : Files.readAllLines(net.resolve("route"))) {
      String[] words = line.strip().split("\\s+", -1);
      if (words.length > 7 && !words[0].equals("Iface")) {
        routes.add(words[0] + " " + words[1] + " via " + words[2] + " mask " + words[7]);
      }
    }
    return routes;
  }

  private Set<String> wantedRoutes() {
    String gateway = "%08X".formatted(Integer.reverseBytes(subnet.bits(0)));
    return new TreeSet<>(
        List.of(
            "eth0 00000000 via " + gateway + " mask 00000000",
            "eth0 " + gateway + " via 00000000 mask FFFFFFFF"));
  }

  private static Set<String> addresses(Path net) throws IOException {
    Set<String> addresses = new TreeSet<>();
    String last = "";
    for (String line : Files.readAllLines(net.resolve("fib_trie"))) {
      int bar = line.indexOf("|-- ");
      if (bar >= 0) {
        last = line.substring(bar + 4).strip();
      } else if (line.contains("/32 host LOCAL")) {
        addresses.add(last);
      }
    }
    return addresses;
  }

  /** None, not even of lo; the file is absent without IPv6 in the kernel. */
  private static List<String> ipv6(Path net) throws IOException {
    Path file = net.resolve("if_inet6");
    if (!Files.exists(file)) {
      return List.of();
    }
    return Files.readAllLines(file);
  }

  private void port(List<String> found) throws IOException {
    Path link = Path.of("/sys/class/net", this.link);
    expect(
        "bridge",
        Files.readSymbolicLink(link.resolve("master")).getFileName().toString(),
        names.bridge(),
        found);
    Path port = link.resolve("brport");
    flag(port, "isolated", "1", found);
    flag(port, "hairpin_mode", "0", found);
    flag(port, "learning", "0", found);
    flag(port, "unicast_flood", "0", found);
    flag(port, "multicast_flood", "0", found);
    flag(port, "broadcast_flood", "0", found);
    flag(port, "bpdu_guard", "1", found);
    flag(port, "proxyarp", "0", found);
  }

  private static void flag(Path port, String name, String wanted, List<String> found)
      throws IOException {
    Path file = port.resolve(name);
    if (Files.exists(file)) {
      expect("its port's " + name, Files.readString(file).strip(), wanted, found);
    }
  }

  private static void expect(String what, String seen, String wanted, List<String> found) {
    if (!seen.equals(wanted)) {
      found.add(what + " is " + seen + ", not " + wanted);
    }
  }
}
