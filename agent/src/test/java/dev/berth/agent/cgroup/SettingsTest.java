package dev.berth.agent.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each version of cgroups is told of the same limits. */
class SettingsTest {
  private static final String PATH = "/berth-1/node-1/p1-1";
  private static final Extras EXTRAS =
      new Extras(
          100,
          50_000,
          List.of(new Extras.DiskRate("254:0", 1000), new Extras.DiskRate("7:3", 1000)),
          200,
          64L << 20);

  @TempDir private Path root;

  @Test
  void versionTwoHasOneDirectoryAndKillsAsAGroup() throws IOException {
    make(
        root,
        List.of(
            "cpu.weight",
            "cpu.max.burst",
            "memory.high",
            "memory.oom.group",
            "io.max",
            "io.bfq.weight",
            "hugetlb.2MB.max"));

    List<Setting> settings = new CgroupsV2(root).settings(PATH, EXTRAS);

    assertThat(told(settings))
        .containsExactly(
            "cpu.weight=100",
            "cpu.max.burst=50000",
            "memory.high=" + (60L << 20),
            "memory.oom.group=1",
            "io.max=254:0 rbps=1000 wbps=1000",
            "io.max=7:3 rbps=1000 wbps=1000",
            "io.bfq.weight=default 200",
            "hugetlb.2MB.max=0");
  }

  @Test
  void versionOneHasADirectoryForEachController() throws IOException {
    make(root.resolve("cpu"), List.of("cpu.shares", "cpu.cfs_burst_us"));
    make(
        root.resolve("blkio"),
        List.of(
            "blkio.throttle.read_bps_device",
            "blkio.throttle.write_bps_device",
            "blkio.bfq.weight"));

    List<Setting> settings = versionOne().settings(PATH, EXTRAS);

    assertThat(told(settings))
        .containsExactly(
            "cpu.shares=2597",
            "cpu.cfs_burst_us=50000",
            "blkio.throttle.read_bps_device=254:0 1000",
            "blkio.throttle.write_bps_device=254:0 1000",
            "blkio.throttle.read_bps_device=7:3 1000",
            "blkio.throttle.write_bps_device=7:3 1000",
            "blkio.bfq.weight=200");
  }

  @Test
  void theSlowPartOfMuchMemoryIsBounded() throws IOException {
    make(root, List.of("cpu.weight", "memory.high"));
    var extras = new Extras(100, 0, List.of(), 0, 4L << 30);

    assertThat(told(new CgroupsV2(root).settings(PATH, extras)))
        .containsExactly("cpu.weight=100", "memory.high=" + ((4L << 30) - (32L << 20)));
  }

  @Test
  void theRatesOfAllDisksAreTakenAway() throws IOException {
    make(root, List.of("io.max"));
    Path file = root.resolve(PATH.substring(1)).resolve("io.max");
    Files.writeString(file, "7:3 rbps=1000 wbps=1000 riops=max wiops=max\n");

    new CgroupsV2(root).freeDisks(PATH);
    new CgroupsV2(root).freeDisks("/berth-1/node-1/gone");

    assertThat(Files.readString(file)).startsWith("7:3 rbps=max wbps=max");
  }

  @Test
  void whatAKernelDoesNotHaveIsLeftOut() throws IOException {
    make(root, List.of("cpu.weight"));
    make(root.resolve("cpu"), List.of("cpu.shares"));

    assertThat(told(new CgroupsV2(root).settings(PATH, EXTRAS))).containsExactly("cpu.weight=100");
    assertThat(told(versionOne().settings(PATH, EXTRAS))).containsExactly("cpu.shares=2597");
  }

  @Test
  void aRateThatTheKernelDoesNotHaveIsADifference() throws IOException {
    make(root, List.of("cpu.weight", "io.max"));
    Files.writeString(
        root.resolve(PATH.substring(1)).resolve("io.max"),
        "254:0 rbps=1000 wbps=1000 riops=max wiops=max\n7:3 rbps=9 wbps=9 riops=max wiops=max\n");

    List<Setting> settings = new CgroupsV2(root).settings(PATH, EXTRAS);

    assertThat(settings.get(1).difference()).isEmpty();
    assertThat(settings.get(2).difference().orElseThrow()).contains("disk rate", "7:3 rbps=1000");
  }

  @Test
  void aProcessThatIsHeldHasAQuota() throws IOException {
    Path shim = Files.createDirectories(root.resolve(PATH.substring(1) + ".shim"));
    Files.createFile(shim.resolve("cpu.max"));
    Files.createFile(shim.resolve("cgroup.procs"));

    new CgroupsV2(root).hold(PATH + ".shim", 4711, 20);

    assertThat(shim.resolve("cpu.max")).hasContent("2000 100000");
    assertThat(shim.resolve("cgroup.procs")).hasContent("4711");
  }

  @Test
  void onVersionTwoItsOwnEventsTellWhoseLimitWasReached() throws IOException {
    make(root, List.of());
    Path own = root.resolve(PATH.substring(1));
    Files.writeString(own.resolve("memory.events"), "oom 3\noom_kill 2\noom_group_kill 1\n");
    Files.writeString(own.resolve("memory.events.local"), "oom 1\noom_kill 2\n");
    var cgroups = new CgroupsV2(root);

    assertThat(cgroups.oomKills(PATH)).isEqualTo(2);
    assertThat(cgroups.killsWholeGroup(PATH)).isTrue();
    assertThat(cgroups.reachedMemoryLimit(PATH)).isTrue();
    assertThat(cgroups.reachedMemoryLimit("/berth-1/node-1")).isFalse();
  }

  private CgroupsV1 versionOne() {
    return new CgroupsV1(
        new V1Hierarchies(
            List.of(
                new V1Hierarchies.Hierarchy(root.resolve("cpu"), List.of("cpu"), "cpu"),
                new V1Hierarchies.Hierarchy(root.resolve("blkio"), List.of("blkio"), "blkio"))));
  }

  private static void make(Path hierarchy, List<String> files) throws IOException {
    Path directory = Files.createDirectories(hierarchy.resolve(PATH.substring(1)));
    for (String file : files) {
      Files.createFile(directory.resolve(file));
    }
  }

  private static List<String> told(List<Setting> settings) {
    return settings.stream().map(it -> it.file().getFileName() + "=" + it.text()).toList();
  }
}
