package dev.berth.agent.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.agent.network.EgressPolicy;
import dev.berth.agent.runtime.ContainerHost;
import dev.berth.agent.runtime.Defences;
import dev.berth.agent.runtime.Wait;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A tenant's egress policy, against listeners outside. */
@Tag("root")
@Timeout(60)
class EgressTest {
  private static final String REFUSED = "failed 111";

  @TempDir static Path directory;
  private static NetworkNode node;
  private static Outside outside;
  private static Cell cell;

  @BeforeAll
  static void open() throws Exception {
    node = new NetworkNode(directory.resolve("one"), NetworkNode.clusterId(), 1, Defences.all());
    outside = new Outside(node.bridge());
    cell = node.cell();
  }

  @AfterAll
  static void close() throws Exception {
    outside.close();
    node.close();
  }

  @AfterEach
  void openAgain() {
    limit(List.of(), List.of());
  }

  @Test
  void whatIsDeniedIsNotReachedAndTheRestIs() throws Exception {
    limit(List.of(), List.of(outside.address(3) + "/32"));

    assertThat(reached(2)).isTrue();
    assertThat(reached(3)).isFalse();
    assertThat(Attacks.ask(cell, outside.address(3), Outside.UDP)).doesNotContain("hello");
  }

  @Test
  void onlyWhatIsAllowedIsReached() throws Exception {
    limit(List.of(outside.address(2) + "/32"), List.of());

    assertThat(reached(2)).isTrue();
    assertThat(reached(3)).isFalse();
  }

  @Test
  void denyWinsWhereTheListsOverlap() throws Exception {
    limit(List.of("198.51.100.0/24", "198.51.0.0/16"), List.of(outside.address(3) + "/32"));

    assertThat(reached(2)).isTrue();
    assertThat(reached(3)).isFalse();
    assertThat(reached(4)).isTrue();
  }

  @Test
  void denyingEverythingLeavesNothing() throws Exception {
    limit(List.of(outside.address(2) + "/32"), List.of("0.0.0.0/0"));

    assertThat(reached(2)).isFalse();
  }

  @Test
  void noPolicyOpensWhatIsNeverReachable() throws Exception {
    limit(List.of("0.0.0.0/0"), List.of());

    assertThat(Attacks.connect(cell, "169.254.169.254", Outside.TCP)).isEqualTo(REFUSED);
    assertThat(Attacks.connect(cell, cell.neighbour().address(), Cell.PORT)).isEqualTo(REFUSED);
  }

  @Test
  void aChangeCutsWhatIsOpenAndLeavesTheRest() throws Exception {
    var holder =
        CompletableFuture.supplyAsync(() -> inside(holder(outside.address(2), outside.address(3))));
    Wait.until(() -> inside("print -e '/tmp/open' ? 'yes' : 'no'").equals("yes"));

    limit(List.of(), List.of(outside.address(3) + "/32"));
    inside("open(my $go, '>', '/tmp/go')");

    assertThat(holder.get(10, TimeUnit.SECONDS)).isEqualTo("still there, 104");
  }

  @Test
  void aNeighbourKeepsItsOwnPolicy() throws Exception {
    limit(List.of(), List.of("0.0.0.0/0"));

    assertThat(Attacks.connect(cell.neighbour(), outside.address(2), Outside.TCP))
        .startsWith("reached");
  }

  @Test
  void theLastInstanceTakesItsPolicyOutOfTheKernel() throws Exception {
    limit(List.of("198.51.100.0/24"), List.of("203.0.113.0/24"));
    assertThat(rules()).contains("203.0.113.0/24").contains("deny_");

    limit(List.of(), List.of());

    assertThat(rules()).doesNotContain("203.0.113.0/24", "deny_", "allow_");
  }

  /** Holds a connection to each of two addresses, and when told to says and hears on both. */
  private static String holder(String one, String other) {
    return """
    my @held;
    for my $ip ("%s", "%s") {
      socket(my $socket, 2, 1, 0);
      connect($socket, pack("S n C4 x8", 2, 7000, split /\\./, $ip)) or die;
      sysread($socket, my $hello, 200);
      push @held, $socket;
    }
    open(my $open, ">", "/tmp/open"); close $open;
    for (1 .. 800) { last if -e "/tmp/go"; select(undef, undef, undef, 0.01) }
    $SIG{PIPE} = "IGNORE";
    print join ", ", map { my $text; syswrite($_, "still there"); sysread($_, $text, 200) ? $text : $! + 0 } @held;
    """
        .formatted(one, other);
  }

  private static boolean reached(int address) throws Exception {
    String seen = Attacks.connect(cell, outside.address(address), Outside.TCP);
    assertThat(seen).matches("reached hello .*|" + REFUSED);
    return seen.startsWith("reached");
  }

  private static String inside(String program) {
    try {
      return cell.inside(program);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String rules() throws Exception {
    return Outside.run("nft", "list", "table", "inet", node.table());
  }

  private static void limit(List<String> allow, List<String> deny) {
    node.host().limit(ContainerHost.FIRST_CELL, new EgressPolicy(allow, deny));
  }
}
