package dev.berth.bench.measure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A network that swallows what is sent to it, so that a flood of connections crosses the host's
 * whole forwarding path and nothing leaves this machine: the frames carry an address of nobody's.
 * Removed when closed.
 */
final class Nowhere implements AutoCloseable {
  /** Set aside for examples; nobody has such an address. */
  private static final String NETWORK = "198.51.100.0/24";

  private final String link;

  private Nowhere(String link) {
    this.link = link;
  }

  static Nowhere open(String clusterId, Path directory) throws IOException {
    var nowhere = new Nowhere("bn-" + clusterId);
    nowhere.ip(
        directory,
        "link",
        "add",
        nowhere.link,
        "type",
        "veth",
        "peer",
        "name",
        nowhere.link + "-end");
    try {
      nowhere.ip(directory, "link", "set", nowhere.link + "-end", "up");
      nowhere.ip(directory, "link", "set", nowhere.link, "arp", "off", "up");
      nowhere.ip(directory, "route", "add", NETWORK, "dev", nowhere.link);
      return nowhere;
    } catch (IOException failure) {
      nowhere.close();
      throw failure;
    }
  }

  private void ip(Path directory, String... words) throws IOException {
    Process process =
        new ProcessBuilder()
            .command(command(words))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("ip.log").toFile())
            .start();
    if (process.onExit().join().exitValue() != 0) {
      throw new IOException(command(words) + " failed; see ip.log");
    }
  }

  private static List<String> command(String... words) {
    var command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(words));
    return command;
  }

  @Override
  public void close() throws IOException {
    ip(Path.of(System.getProperty("java.io.tmpdir")), "link", "del", link);
  }
}
