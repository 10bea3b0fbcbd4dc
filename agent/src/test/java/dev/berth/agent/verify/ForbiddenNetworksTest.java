package dev.berth.agent.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.agent.network.EgressPolicy;
import dev.berth.agent.runtime.ContainerHost;
import dev.berth.agent.runtime.Defences;
import dev.berth.agent.runtime.Wait;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is forbidden on a whole node, against listeners outside. */
@Tag("root")
@Timeout(60)
class ForbiddenNetworksTest {
  private static final String REFUSED = "failed 111";

  @TempDir static Path directory;
  private static NetworkNode open;
  private static NetworkNode forbidding;
  private static Outside outside;
  private static Cell free;

  @BeforeAll
  static void open() throws Exception {
    String cluster = NetworkNode.clusterId();
    open = new NetworkNode(directory.resolve("one"), cluster, 1, Defences.all());
    List<String> forbidden = List.of("198.51.100.0/24", "203.0.113.0/24");
    forbidding = new NetworkNode(directory.resolve("two"), cluster, 2, Defences.all(), forbidden);
    outside = new Outside(open.bridge());
    free = open.cell();
  }

  @AfterAll
  static void close() throws Exception {
    outside.close();
    forbidding.close();
    open.close();
  }

  @Test
  void noTenantsPolicyOpensWhatTheOperatorForbids() throws Exception {
    Cell held = forbidding.cell();
    forbidding.host().limit(ContainerHost.FIRST_CELL, allowing("198.51.0.0/16"));

    assertThat(Attacks.connect(free, outside.address(2), Outside.TCP)).startsWith("reached");
    assertThat(Attacks.connect(held, outside.address(2), Outside.TCP)).isEqualTo(REFUSED);
    assertThat(Attacks.ask(free, outside.address(2), Outside.UDP)).startsWith("reached");
    assertThat(Attacks.ask(held, outside.address(2), Outside.UDP)).doesNotContain("hello");
  }

  @Test
  void aSchedulerThatWasFoundIsForbiddenAtOnceAndAfterTheRulesWereTakenAway() throws Exception {
    String scheduler = outside.address(3);
    assertThat(Attacks.connect(free, scheduler, Outside.TCP)).startsWith("reached");

    open.host().forbid(List.of(scheduler + "/32"));

    assertThat(Attacks.connect(free, scheduler, Outside.TCP)).isEqualTo(REFUSED);
    assertThat(Attacks.connect(free, outside.address(2), Outside.TCP)).startsWith("reached");
    Outside.run("nft", "delete", "table", "inet", open.table());
    Wait.until(() -> Outside.run("nft", "list", "tables").contains("inet " + open.table()));
    assertThat(Attacks.connect(free, scheduler, Outside.TCP)).isEqualTo(REFUSED);

    open.host().forbid(List.of());

    assertThat(Attacks.connect(free, scheduler, Outside.TCP)).startsWith("reached");
  }

  private static EgressPolicy allowing(String network) {
    return new EgressPolicy(List.of(network), List.of());
  }
}
