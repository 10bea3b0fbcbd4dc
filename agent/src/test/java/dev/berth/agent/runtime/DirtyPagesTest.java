package dev.berth.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who writes files faster than its disk takes them waits for the disk. */
@Tag("root")
@Timeout(60)
class DirtyPagesTest {
  private static final Rates SLOW = new Rates(100, 16, 500, 1024, 4096);
  private static final Limits LIMITS = new Limits(64, 100, 1000, 32, 64, 512, SLOW);
  private static final String WRITER =
      "while ! [ -e /tmp/go ]; do sleep 0.05; done;"
          + "dd if=/dev/zero of=/tmp/a bs=64k count=640; echo ready; exec sleep 1000";

  @TempDir static Path directory;
  private static TestNode node;

  @BeforeAll
  static void open() throws Exception {
    node = new TestNode(directory);
  }

  @AfterAll
  static void close() {
    node.close();
  }

  @Test
  void onlyAPartOfWhatAnInstanceWroteWaitsForTheDisk() throws Exception {
    Path limit = Path.of("/sys/class/bdi/7:0/max_bytes");
    assumeTrue(Files.exists(limit), "Linux before 6.2 limits no device");

    assertThat(waitingAfter(_ -> {})).isLessThan(16L << 20);
  }

  @Test
  void withoutTheLimitMostOfItWaits() throws Exception {
    assumeTrue(Files.exists(Path.of("/sys/fs/cgroup/memory")), "cgroup v2 has a limit of its own");

    assertThat(waitingAfter(device -> new DirtyLimit(device).lift())).isGreaterThan(20L << 20);
  }

  private interface Change {
    void of(String device) throws IOException;
  }

  /** Bytes that are not on the disk yet when all have been written, as far as the writer knows. */
  private static long waitingAfter(Change change) throws Exception {
    var plan = node.plan(WRITER, LIMITS);
    long pid = node.host().start(plan, 1).hostPid();
    Path live = node.settings.stateDirectory().resolve("live/bundles");
    change.of(Files.readString(live.resolve("p" + plan.placementId() + "-1/upper-device")));
    Files.writeString(Path.of("/proc/" + pid + "/root/tmp/go"), "");
    Wait.until(() -> node.log(plan.placementId(), 1).contains("ready"));
    long waiting = node.unwritten(plan.placementId());
    node.host().release(plan.placementId());
    return waiting;
  }
}
