package dev.berth.agent.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.agent.runtime.Defences;
import dev.berth.agent.runtime.Wait;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where a hostile instance gets on the network, with real listeners behind every wall. */
@Tag("root")
@Timeout(60)
class NetworkWallsTest {
  private static final String REFUSED = "failed 111";

  @TempDir static Path directory;
  private static NetworkNode node;
  private static Outside outside;
  private static Cell hostile;

  @BeforeAll
  static void open() throws Exception {
    node = new NetworkNode(directory.resolve("one"), NetworkNode.clusterId(), 1, Defences.all());
    outside = new Outside(node.bridge());
    hostile = node.cell();
  }

  @AfterAll
  static void close() throws Exception {
    outside.close();
    node.close();
  }

  @Test
  void theWorldIsReachedThroughTheAddressOfTheNode() throws Exception {
    assertThat(Attacks.connect(hostile, outside.address(2), Outside.TCP))
        .isEqualTo("reached hello " + outside.gateway());
    assertThat(Attacks.ask(hostile, outside.address(2), Outside.UDP))
        .isEqualTo("reached hello " + outside.gateway());
  }

  @Test
  void noAddressOfTheHostIsReached() throws Exception {
    List<String> addresses = new ArrayList<>();
    for (NetworkInterface link : NetworkInterface.networkInterfaces().toList()) {
      for (InetAddress address : link.inetAddresses().toList()) {
        if (address instanceof Inet4Address && !address.isLoopbackAddress()) {
          addresses.add(address.getHostAddress());
        }
      }
    }
    try (var listener = new ServerSocket(0)) {
      assertThat(addresses).contains(outside.gateway());
      for (String address : addresses) {
        assertThat(Attacks.connect(hostile, address, listener.getLocalPort()))
            .as(address)
            .isEqualTo(REFUSED);
      }
    }
  }

  @Test
  void anotherTenantsInstanceIsNotReached() throws Exception {
    Cell neighbour = hostile.neighbour();

    assertThat(neighbour.inside("print 'up'")).isEqualTo("up");
    assertThat(Attacks.connect(hostile, neighbour.address(), Cell.PORT)).isEqualTo(REFUSED);
    assertThat(Attacks.ask(hostile, neighbour.address(), Cell.PORT)).doesNotContain("hello");
  }

  @Test
  void anInstanceOnAnotherNodeOfTheMachineIsNotReached() throws Exception {
    try (var other =
        new NetworkNode(directory.resolve("two"), NetworkNode.clusterId(), 2, Defences.all())) {
      Cell there = other.cell();

      assertThat(there.inside("print 'up'")).isEqualTo("up");
      assertThat(Attacks.connect(hostile, there.address(), Cell.PORT)).isEqualTo(REFUSED);
      assertThat(Attacks.connect(there, hostile.address(), Cell.PORT)).isEqualTo(REFUSED);
    }
  }

  @Test
  void noMetadataAddressIsReached() throws Exception {
    for (String address : Outside.METADATA) {
      assertThat(Attacks.connect(hostile, address, Outside.TCP)).as(address).isEqualTo(REFUSED);
      assertThat(Attacks.ask(hostile, address, Outside.UDP)).doesNotContain("hello");
    }
  }

  @Test
  void nothingOutsideBeginsAConnectionToAnInstance() throws Exception {
    var attempt =
        outside.perl(
            "socket(my $s, 2, 1, 0); print connect($s, pack('S n C4 x8', 2, %d, %s)) ? 'reached' : $! + 0"
                .formatted(Cell.PORT, hostile.address().replace('.', ',')));

    assertThat(new String(attempt.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
        .isEqualTo("111");
  }

  @Test
  void onlyARouterThatIsNamedBeginsAConnectionFromOutside() throws Exception {
    List<String> routers = List.of(outside.address(2) + "/32");
    try (var other = NetworkNode.calledFrom(directory.resolve("four"), 4, routers)) {
      Cell called = other.cell();
      assertThat(called.inside("print 'up'")).isEqualTo("up");

      assertThat(call(called, outside.address(2))).isEqualTo("called");
      assertThat(call(called, outside.address(3))).isEqualTo("111");
      assertThat(Attacks.connect(called, outside.address(2), Outside.TCP))
          .as("what the router's machine offers is reached as before")
          .startsWith("reached");
    }
  }

  /** What comes of a connection from this address outside that has the cell print a word. */
  private static String call(Cell cell, String from) throws Exception {
    var attempt =
        outside.perl(
            """
            socket(my $s, 2, 1, 0);
            bind($s, pack("S n C4 x8", 2, 0, split /\\./, "%s")) or die $!;
            connect($s, pack("S n C4 x8", 2, %d, split /\\./, "%s")) or print($! + 0), exit;
            syswrite($s, "print 'called'");
            shutdown($s, 1);
            sysread($s, my $text, 200);
            print $text;
            """
                .formatted(from, Cell.PORT, cell.address()));
    return new String(attempt.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
  }

  @Test
  void rulesThatSomebodyTakesAwayComeBack() throws Exception {
    try (var other =
        new NetworkNode(directory.resolve("three"), NetworkNode.clusterId(), 3, Defences.all())) {
      Cell cell = other.cell();
      cell.neighbour();

      Outside.run("nft", "delete", "table", "inet", other.table());
      Wait.until(() -> Outside.run("nft", "list", "tables").contains("inet " + other.table()));

      assertThat(Attacks.connect(cell, cell.neighbour().address(), Cell.PORT)).isEqualTo(REFUSED);
      assertThat(Attacks.connect(cell, outside.address(2), Outside.TCP)).startsWith("reached");
    }
  }

  @Test
  void thereIsNoIpv6() throws Exception {
    String text =
        hostile.inside(
            """
            socket(my $s, 10, 2, 0) or print "no socket";
            my $to = pack("S n N a16 N", 10, 53, 0, pack("H*", "fd00ec2" . "0" x 21 . "0254"), 0);
            print connect($s, $to) ? "reached" : $! + 0;
            """);

    assertThat(text).isIn("101", "99");
  }

  @Test
  void multicastAndBroadcastLeadNowhere() throws Exception {
    assertThat(Attacks.ask(hostile, "224.0.0.1", 5353)).doesNotContain("reached");
    assertThat(Attacks.connect(hostile, "255.255.255.255", 53)).startsWith("failed");
    assertThat(Attacks.connect(hostile, "0.0.0.0", 7000))
        .isEqualTo("failed 111"); // nothing listens inside
  }
}
