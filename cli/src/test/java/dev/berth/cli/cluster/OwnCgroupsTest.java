package dev.berth.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class OwnCgroupsTest {
  private static final String CPU = "cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0";
  private static final String SETS = "cgroup /sys/fs/cgroup/cpuset cgroup rw,cpuset 0 0";
  private static final String UNIFIED = "cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0";

  @Test
  void theHierarchyThatHasCpuIsFoundOnHostsOfEitherVersionOrBoth() {
    assertThat(OwnCgroups.rootIn(List.of(UNIFIED, SETS, CPU)))
        .contains(Path.of("/sys/fs/cgroup/cpu,cpuacct"));
    assertThat(OwnCgroups.rootIn(List.of(UNIFIED))).contains(Path.of("/sys/fs/cgroup/unified"));
    assertThat(OwnCgroups.rootIn(List.of("proc /proc proc rw 0 0"))).isEmpty();
  }

  @Test
  @Tag("root")
  void aProgramsGroupOutweighsInstancesAndGoesWithIt() throws Exception {
    var groups = OwnCgroups.of("%06x".formatted(RandomGenerator.getDefault().nextInt(1 << 24)));
    assumeTrue(groups.root().isPresent(), "this host has no cgroups");
    Path group = groups.root().get().resolve("berth-" + groups.clusterId() + ".own");
    Process program = new ProcessBuilder("sleep", "60").start();

    groups.take("router-1", program.pid());

    assertThat(Files.readAllLines(group.resolve("router-1/cgroup.procs")))
        .containsExactly("" + program.pid());
    boolean older = Files.exists(group.resolve("cpu.shares"));
    assertThat(Files.readString(group.resolve(older ? "cpu.shares" : "cpu.weight")).strip())
        .isEqualTo(older ? "10240" : "1000");
    program.destroyForcibly().onExit().join();
    groups.remove();
    assertThat(group).doesNotExist();
  }
}
