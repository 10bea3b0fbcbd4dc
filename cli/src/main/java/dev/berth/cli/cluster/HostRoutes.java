package dev.berth.cli.cluster;

import dev.berth.cli.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The IPv4 networks that this host reaches already. */
final class HostRoutes {
  private static final Path ROUTES = Path.of("/proc/net/route");

  private static final Pattern FIELDS = Pattern.compile("\\s+");

  private HostRoutes() {}

  /** All but the default route and those through the bridges of this cluster. */
  static List<Subnet> takenByOthers(String clusterId) {
    try {
      return parse(Files.readAllLines(ROUTES), "bth" + clusterId + "-");
    } catch (IOException unreadable) {
      throw CommandFailure.host(
          ROUTES + " cannot be read: " + unreadable.getMessage(), "see that /proc is mounted");
    }
  }

  static List<Subnet> parse(List<String> lines, String ownPrefix) {
    List<Subnet> taken = new ArrayList<>();
    for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
      String[] fields = FIELDS.split(line.strip(), -1);
      if (fields.length < 8 || fields[0].startsWith(ownPrefix)) {
        continue;
      }
      int prefix = Integer.bitCount(hostOrder(fields[7]));
      if (prefix > 0) {
        taken.add(new Subnet(hostOrder(fields[1]), prefix));
      }
    }
    return taken;
  }

  /** The kernel prints addresses as little-endian hexadecimal numbers. */
  private static int hostOrder(String hex) {
    return Integer.reverseBytes(Integer.parseUnsignedInt(hex, 16));
  }
}
