package dev.berth.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.agent.oom.MemoryKills;
import dev.berth.agent.oom.MemoryKills.At;
import dev.berth.agent.oom.MemoryKills.Main;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills for want of memory and ends that look like them: none missed, none invented. */
@Tag("root")
@Timeout(120)
class OomTruthTest {
  /** Fewer only where a machine is emulated; see docs/testing.md. */
  private static final int CASES = Integer.getInteger("berth.test.cases", 200);

  /** Cgroup v2 ends all of an instance with its first process: oom in the group. */
  private static final boolean KILLS_WHOLE_GROUPS =
      Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"));

  private static final int AT_A_TIME = 6;
  private static final long SEED = 20_261_122;
  private static final String HOG = "tail -c 500000000 /dev/zero >/dev/null";
  private static final String READY = "; echo ready; exec sleep 1000";

  @TempDir static Path directory;
  private static TestNode node;
  private static final Map<Long, CompletableFuture<Ended>> ENDS = new ConcurrentHashMap<>();

  /** A way to live and end, and what must be said of it. */
  private enum Scene {
    MAIN_KILLED("exec " + HOG, false, 137, Main.KILLED, 1),
    MAIN_KILLED_AFTER_A_CHILD(HOG + "; exec " + HOG, false, 137, Main.KILLED, 2),
    CHILD_KILLED(HOG + "; exit 3", false, 3, Main.SPARED, 1),
    CHILD_KILLED_AND_ITS_CODE_PASSED_ON(HOG + "; exit $?", false, 137, Main.SPARED, 1),
    TWO_CHILDREN_KILLED(HOG + ";" + HOG + "; exit 0", false, 0, Main.SPARED, 2),
    PLAIN_KILL("true" + READY, true, 137, Main.SPARED, 0),
    PLAIN_KILL_AFTER_A_CHILD(HOG + READY, true, 137, Main.SPARED, 1),
    SAYS_137_BY_ITSELF("exit 137", false, 137, Main.SPARED, 0),
    CHILD_KILLED_BY_ITS_PARENT(
        "sleep 99 & kill -9 $!; wait $!; exit $?", false, 137, Main.SPARED, 0),
    SHARED_MEMORY_BY_MAIN(
        "exec dd if=/dev/zero of=/dev/shm/a bs=64k count=900", false, 137, Main.KILLED, 1),
    PAGE_CACHE("dd if=/dev/zero of=/tmp/a bs=64k count=700; exit 0", false, 0, Main.SPARED, 0);

    private final String command;
    private final boolean killed;
    private final int code;
    private final Main main;
    private final int kills;

    Scene(String command, boolean killed, int code, Main main, int kills) {
      this.command = command;
      this.killed = killed;
      this.code = code;
      this.main = main;
      this.kills = kills;
    }
  }

  @BeforeAll
  static void open() throws Exception {
    node = new TestNode(directory);
    node.host().onExit(ended -> end(ended.placementId()).complete(ended));
  }

  @AfterAll
  static void close() {
    node.close();
  }

  private static CompletableFuture<Ended> end(long placement) {
    return ENDS.computeIfAbsent(placement, _ -> new CompletableFuture<>());
  }

  @Test
  void ofTwoHundredEndsEachIsToldAsItWas() throws Exception {
    var random = new Random(SEED);
    List<Future<String>> faults = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(AT_A_TIME)) {
      for (int i = 0; i < CASES; i++) {
        Scene scene = Scene.values()[random.nextInt(Scene.values().length)];
        var limits = new Limits(12 + random.nextInt(20), 100, 2000, 32, 64, 512);
        ContainerPlan plan = node.plan(scene.command, limits);
        faults.add(threads.submit(() -> faultOf(scene, plan)));
      }
    }

    List<String> told = new ArrayList<>();
    for (Future<String> fault : faults) {
      told.add(fault.get());
    }
    assertThat(told).as("seed " + SEED).hasSize(CASES).allMatch(String::isEmpty, "told as it was");
  }

  private static String faultOf(Scene scene, ContainerPlan plan) throws Exception {
    boolean isWhole = KILLS_WHOLE_GROUPS && scene.kills > 0;
    node.host().start(plan, 1);
    if (scene.killed && !isWhole) {
      Wait.until(() -> node.log(plan.placementId(), 1).contains("ready"));
      node.host().kill(plan.placementId());
    }
    Ended ended = end(plan.placementId()).get(60L * Wait.PATIENCE, TimeUnit.SECONDS);
    node.host().release(plan.placementId());
    MemoryKills memory = ended.memory();
    boolean right =
        isWhole
            ? ended.exitCode() == 137 && memory.count() > 0 && memory.main() == Main.KILLED
            : ended.exitCode() == scene.code
                && memory.count() == scene.kills
                && memory.main() == scene.main;
    right &= scene.kills == 0 || memory.at() == At.OWN_LIMIT;
    return right ? "" : scene + " of " + plan.limits().memoryMib() + " MiB was told as " + ended;
  }

  @Test
  void aKillAtTheNodesLimitIsNotToldAsTheInstancesOwn() throws Exception {
    try (var crowded = new TestNode(Files.createDirectory(directory.resolve("crowded")))) {
      var quiet = crowded.plan("exec sleep 1000");
      crowded.host().start(quiet, 1);
      limitNode(crowded, 40L << 20);
      var hog = crowded.plan("exec " + HOG, new Limits(256, 100, 2000, 32, 64, 512));

      crowded.host().start(hog, 1);
      var ended = crowded.awaitEnd(hog.placementId());

      assertThat(ended.memory().main()).isEqualTo(Main.KILLED);
      assertThat(ended.memory().at()).isEqualTo(At.NODE_LIMIT);
      assertThat(ended.detail()).contains("node's memory limit");
      crowded.host().release(hog.placementId());
      crowded.host().release(quiet.placementId());
    }
  }

  private static void limitNode(TestNode crowded, long bytes) throws Exception {
    String node = "berth-" + crowded.settings.clusterId() + "/node-1";
    Path v1 = Path.of("/sys/fs/cgroup/memory", node, "memory.limit_in_bytes");
    Path v2 = Path.of("/sys/fs/cgroup", node, "memory.max");
    Files.writeString(Files.exists(v1) ? v1 : v2, "" + bytes);
  }

  @Test
  void anEndThatNoAgentSawIsToldAfterwardsAsItWas() throws Exception {
    try (var restarted = new TestNode(Files.createDirectory(directory.resolve("restarted")))) {
      var hog = restarted.plan("while ! [ -e /tmp/go ]; do sleep 0.05; done; exec " + HOG);
      var launched = restarted.host().start(hog, 1);
      var kept =
          restarted.restartAgentAfter(() -> {
            Files.writeString(Path.of("/proc/" + launched.hostPid() + "/root/tmp/go"), "");
            Wait.until(() -> restarted.exited(hog.placementId(), 1));
            return true;
          });

      var memory = ((Kept.Over) kept.getFirst()).ended().memory();

      assertThat(memory.main()).isEqualTo(Main.KILLED);
      assertThat(memory.victim()).contains("tail");
    }
  }
}
