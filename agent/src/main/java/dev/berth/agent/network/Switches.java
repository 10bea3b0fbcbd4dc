package dev.berth.agent.network;

import dev.berth.agent.runtime.Defence;
import dev.berth.agent.runtime.Defences;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** The kernel's switches in the network namespace of each instance. */
public final class Switches {
  private static final Path KERNEL = Path.of("/proc/sys");

  private Switches() {}

  /** By the kernel's dotted names; those that this kernel has. */
  public static Map<String, String> inside(Defences defences) {
    Map<String, String> switches = new TreeMap<>();
    for (String link : new String[] {"all", "default"}) {
      switches.put("net.ipv4.conf." + link + ".accept_redirects", "0");
      if (defences.has(Defence.NO_IPV6)) {
        switches.put("net.ipv6.conf." + link + ".disable_ipv6", "1");
      }
    }
    switches.keySet().removeIf(name -> !Files.exists(KERNEL.resolve(name.replace('.', '/'))));
    return switches;
  }
}
