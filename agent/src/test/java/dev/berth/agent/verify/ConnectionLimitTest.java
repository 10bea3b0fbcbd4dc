package dev.berth.agent.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.agent.runtime.Defence;
import dev.berth.agent.runtime.Defences;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A flood of connections stays the flood of one instance. */
@Tag("root")
@Timeout(60)
class ConnectionLimitTest {
  private static final int TRIED = 2 * NetworkNode.CONNECTIONS;

  @TempDir private Path directory;

  @Test
  void aFloodStopsAtTheLimitAndTheNeighbourNoticesNothing() throws Exception {
    try (var node = node(Defences.all());
        var outside = new Outside(node.bridge())) {
      Cell flood = node.cell();

      int made = Attacks.hold(flood, outside.address(2), Outside.TCP, TRIED, 3);

      assertThat(made).isEqualTo(NetworkNode.CONNECTIONS);
      assertThat(Attacks.connect(flood.neighbour(), outside.address(2), Outside.TCP))
          .startsWith("reached");
    }
  }

  @Test
  void aLargerLimitIsCountedInSeveralShortLists() throws Exception {
    int most = 384;
    try (var node = NetworkNode.holding(directory.resolve("node"), most);
        var outside = new Outside(node.bridge())) {
      int made = Attacks.hold(node.cell(), outside.address(2), Outside.TCP, most * 9 / 10, 3);

      assertThat(made).isEqualTo(most * 9 / 10);
      assertThat(Outside.run("nft", "list", "set", "inet", node.table(), "held_" + most))
          .containsPattern(Pattern.compile("( \\. \\d+ ct count over 160[,\\s]*[\\d.]*){3} }"));
    }
  }

  @Test
  void closedConnectionsAreForgottenSoon() throws Exception {
    try (var node = node(Defences.all())) {
      assertThat(Outside.run("nft", "list", "table", "inet", node.table()))
          .contains("time_wait : 10")
          .contains("ct timeout set \"brief\"")
          .contains("ct timeout set \"soon\"");
    }
  }

  @Test
  void withoutTheLimitTheFloodGoesOn() throws Exception {
    try (var node = node(Defences.all().without(Defence.CONNECTION_LIMIT, Defence.READ_BACK));
        var outside = new Outside(node.bridge())) {
      assertThat(Attacks.hold(node.cell(), outside.address(2), Outside.TCP, TRIED, 1))
          .isEqualTo(TRIED);
    }
  }

  private NetworkNode node(Defences defences) throws Exception {
    return new NetworkNode(directory.resolve("node"), NetworkNode.clusterId(), 1, defences);
  }
}
