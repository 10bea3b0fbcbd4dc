package dev.berth.agent.verify;

import dev.berth.agent.linux.Programs;
import dev.berth.agent.runtime.ContainerHost;
import dev.berth.agent.runtime.Defences;
import dev.berth.agent.runtime.HostSettings;
import dev.berth.agent.runtime.Limits;
import dev.berth.agent.runtime.Rates;
import dev.berth.agent.sweep.Sweep;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** A node with cells for tests of its network; swept when closed. */
final class NetworkNode implements AutoCloseable {
  /** Few connections, so that a test can reach the limit. */
  static final int CONNECTIONS = 50;

  private final HostSettings settings;
  private final ContainerHost host;
  private final Programs programs = new Programs();
  private final Cells cells;

  NetworkNode(Path state, String clusterId, int number, Defences defences) throws Exception {
    this(state, clusterId, number, defences, List.of());
  }

  NetworkNode(Path state, String clusterId, int number, Defences defences, List<String> forbidden)
      throws Exception {
    this(state, clusterId, number, defences, forbidden, CONNECTIONS);
  }

  /** A node whose cells may hold more connections, or fewer. */
  static NetworkNode holding(Path state, int connections) throws Exception {
    return new NetworkNode(state, clusterId(), 1, Defences.all(), List.of(), connections);
  }

  private NetworkNode(
      Path state,
      String clusterId,
      int number,
      Defences defences,
      List<String> forbidden,
      int connections)
      throws Exception {
    this.settings =
        new HostSettings(
            clusterId,
            number,
            state,
            "10.203." + RandomGenerator.getDefault().nextInt(1, 255) + ".0/24",
            Optional.empty(),
            forbidden,
            defences);
    this.host = open();
    this.cells =
        new Cells(
            host,
            CellImages.make(host, programs),
            programs,
            new Limits(64, 100, 1000, 64, 16, 512, new Rates(100, 128, 500, 1024, connections)));
  }

  static String clusterId() {
    return "%06x".formatted(RandomGenerator.getDefault().nextInt(1 << 24));
  }

  private ContainerHost open() throws Exception {
    var opened =
        ContainerHost.open(
            settings,
            (digest, _) -> {
              throw new FileNotFoundException(digest);
            });
    opened.adopt();
    return opened;
  }

  Cell cell() throws IOException {
    return cells.first();
  }

  ContainerHost host() {
    return host;
  }

  String bridge() {
    return host.facts().names().bridge();
  }

  String table() {
    return host.facts().names().table();
  }

  @Override
  public void close() {
    cells.close();
    host.close();
    programs.close();
    var left = Sweep.run(settings);
    if (!left.isEmpty()) {
      throw new AssertionError("the sweep left " + left);
    }
  }
}
