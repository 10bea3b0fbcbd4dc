package dev.berth.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that does not die: it is frozen, which cgroup v1 lets even SIGKILL wait for. Left out
 * where there is only v2, whose frozen processes die of it: nothing there can be held so.
 */
@Tag("root")
@Timeout(90)
class HeldPlaceTest {
  private static final Path FREEZER = Path.of("/sys/fs/cgroup/freezer");
  @TempDir Path directory;
  private TestNode node;
  private Path frozen = FREEZER.resolve("none");

  @BeforeAll
  static void hasFreezer() {
    Assumptions.assumeTrue(Files.isDirectory(FREEZER), "needs the freezer of cgroup v1");
  }

  @BeforeEach
  void open() throws Exception {
    node = new TestNode(directory, 29);
  }

  @AfterEach
  void close() throws Exception {
    thaw();
    node.close();
  }

  @Test
  void anIdRangeIsNotGivenOnWhileAProcessStillHasIt() throws Exception {
    String held = startFrozenAndRelease();

    List<String> others = startAllThatFit();

    assertThat(others).hasSize(2).doesNotContain(held);
    assertThatThrownBy(() -> node.host().start(node.plan("sleep 1000"), 1))
        .isInstanceOfSatisfying(
            HostException.class, e -> assertThat(e.kind()).isEqualTo(HostException.Kind.EXHAUSTED));

    thaw();

    Wait.until(() -> startsAt(held));
  }

  @Test
  void withoutThatRuleItWouldBe() throws Exception {
    node.restartWithout(Defence.HELD_PLACES);
    String held = startFrozenAndRelease();

    assertThat(startAllThatFit()).hasSize(3).contains(held);
  }

  private String startFrozenAndRelease() throws Exception {
    var plan = node.plan("exec sleep 1000");
    String address = node.host().start(plan, 1).address();
    frozen =
        FREEZER.resolve(
            "berth-%s/node-1/p%d-1".formatted(node.settings.clusterId(), plan.placementId()));
    Files.writeString(frozen.resolve("freezer.state"), "FROZEN");
    node.host().release(plan.placementId());
    return address;
  }

  private List<String> startAllThatFit() {
    List<String> addresses = new ArrayList<>();
    try {
      while (addresses.size() < 6) {
        addresses.add(node.host().start(node.plan("exec sleep 1000"), 1).address());
      }
    } catch (HostException full) {
      assertThat(full.kind()).isEqualTo(HostException.Kind.EXHAUSTED);
    }
    return addresses;
  }

  private boolean startsAt(String address) {
    try {
      return node.host().start(node.plan("exec sleep 1000"), 1).address().equals(address);
    } catch (HostException stillFull) {
      return false;
    }
  }

  private void thaw() throws Exception {
    if (Files.exists(frozen)) {
      Files.writeString(frozen.resolve("freezer.state"), "THAWED");
    }
  }
}
