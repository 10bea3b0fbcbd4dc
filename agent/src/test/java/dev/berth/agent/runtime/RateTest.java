package dev.berth.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an instance may send, receive and write to its log in a second. */
@Tag("root")
@Timeout(60)
class RateTest {
  private static final Rates SLOW = new Rates(100, 64, 20, 64, 4096);
  private static final Limits LIMITS = new Limits(64, 100, 1000, 32, 64, 512, SLOW);
  private static final int SENT = 5_000_000;

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
  void whatAnInstanceSendsIsHeldToItsRate() throws Exception {
    var plan = node.plan("head -c %d /dev/zero | nc -l -p 5000".formatted(SENT), LIMITS);
    var launched = node.host().start(plan, 1);

    Duration took;
    try (var socket = connected(launched)) {
      long from = System.nanoTime();
      assertThat(drain(socket.getInputStream())).isEqualTo(SENT);
      took = Duration.ofNanos(System.nanoTime() - from);
    }

    assertThat(took).isGreaterThan(Duration.ofMillis(1500)); // 40 Mbit at 20 Mbit/s, less a burst
    node.host().release(plan.placementId());
  }

  @Test
  void whatIsSentToAnInstanceIsHeldToItsRate() throws Exception {
    var plan = node.plan("nc -l -p 5000 | wc -c", LIMITS);
    var launched = node.host().start(plan, 1);

    long from = System.nanoTime();
    try (var socket = connected(launched)) {
      socket.getOutputStream().write(new byte[SENT]);
    }
    node.awaitEnd(plan.placementId());
    var took = Duration.ofNanos(System.nanoTime() - from);

    assertThat(node.log(plan.placementId(), 1).strip()).isEqualTo("" + SENT);
    assertThat(took).isGreaterThan(Duration.ofMillis(1500));
    node.host().release(plan.placementId());
  }

  @Test
  void aLogFloodCostsTheHostLittleCpuAndLittleDisk() throws Exception {
    var plan = node.plan("exec yes", LIMITS);
    node.host().start(plan, 1);
    Path shim = cgroup(plan);
    Wait.until(() -> Files.exists(shim) && throttled(shim) > 5);

    long used = cpuMicros(plan);
    long turns = throttled(shim);
    Wait.until(() -> throttled(shim) >= turns + 20); // two seconds at least

    assertThat(cpuMicros(plan) - used).isLessThan(300_000);
    assertThat(Files.size(node.host().log(plan.placementId(), 1))).isLessThan(11L << 20);
    node.host().release(plan.placementId());
    assertThat(shim).doesNotExist();
  }

  @Test
  void aShimThatAKilledAgentHadNotHeldYetIsHeldByTheNext() throws Exception {
    var plan = node.plan("exec sleep 1000", LIMITS);
    node.host().start(plan, 1);
    Path live = node.settings.stateDirectory().resolve("live/bundles");
    Path bundle = live.resolve("p" + plan.placementId() + "-1");
    Path held = cgroup(plan).resolve("cgroup.procs");
    String pid = Files.readString(bundle.resolve("conmon.pid")).strip();
    Wait.until(() -> !Files.exists(bundle.resolve("shim-cpu-millis")));
    Files.writeString(hierarchy().resolve("cgroup.procs"), pid);
    Files.writeString(bundle.resolve("shim-cpu-millis"), "20");
    assertThat(held).isEmptyFile();

    node.restartAgentAfter(() -> true);

    Wait.until(() -> Files.readAllLines(held).contains(pid));
    node.host().release(plan.placementId());
  }

  @Test
  void theOutputOfAContainerIsCounted() throws Exception {
    var plan = node.plan("for i in $(seq 1000); do echo line; done; exec sleep 1000");
    node.host().start(plan, 1);

    Wait.until(() -> node.host().output(plan.placementId()).orElseThrow().written() > 1000 * 40);

    node.host().release(plan.placementId());
    assertThat(node.host().output(plan.placementId())).isEmpty();
  }

  private static Path cgroup(ContainerPlan plan) {
    String name =
        "berth-%s/node-1/p%d-1.shim".formatted(node.settings.clusterId(), plan.placementId());
    return hierarchy().resolve(name);
  }

  private static Path hierarchy() {
    Path v1 = Path.of("/sys/fs/cgroup/cpu");
    return Files.isDirectory(v1) ? v1 : Path.of("/sys/fs/cgroup");
  }

  private static long throttled(Path cgroup) throws Exception {
    for (String line : Files.readAllLines(cgroup.resolve("cpu.stat"))) {
      if (line.startsWith("nr_throttled ")) {
        return Long.parseLong(line.substring("nr_throttled ".length()));
      }
    }
    return 0;
  }

  /** Of the shim, which takes the output down. */
  private static long cpuMicros(ContainerPlan plan) throws Exception {
    Path pid =
        node.settings
            .stateDirectory()
            .resolve("live/bundles/p" + plan.placementId() + "-1/conmon.pid");
    String stat = Files.readString(Path.of("/proc", Files.readString(pid).strip(), "stat"));
    String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(words[11]) + Long.parseLong(words[12])) * 10_000;
  }

  private static Socket connected(Launched launched) throws Exception {
    Socket[] socket = new Socket[1];
    Wait.until(() -> {
      try {
        socket[0] = new Socket(launched.address(), 5000);
        return true;
      } catch (java.net.ConnectException notYet) {
        return false;
      }
    });
    return socket[0];
  }

  private static long drain(InputStream in) throws Exception {
    byte[] buffer = new byte[65536];
    long all = 0;
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      all += count;
    }
    return all;
  }
}
