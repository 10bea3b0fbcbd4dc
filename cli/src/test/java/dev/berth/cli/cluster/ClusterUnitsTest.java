package dev.berth.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.output.Json;
import dev.berth.proto.v1.Node;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterUnitsTest {
  @Test
  void theFirstRestartIsAtOnceAndLaterOnesEverSlower() {
    RestartPause pause = RestartPause.NONE;
    List<Long> millis = new ArrayList<>();
    for (int death = 0; death < 8; death++) {
      pause = pause.afterLiving(Duration.ofSeconds(1));
      millis.add(pause.length().toMillis());
    }

    assertThat(millis).containsExactly(0L, 200L, 400L, 800L, 1600L, 3200L, 5000L, 5000L);
  }

  @Test
  void aProgramThatHasLivedWellIsForgiven() {
    RestartPause tired = new RestartPause(9);

    assertThat(tired.afterLiving(Duration.ofSeconds(10)).length()).isZero();
  }

  @Test
  void aNodeIsUpOnlyWhenItsDefencesWereTriedAndHold() {
    Node tried = Node.newBuilder().setPhase(Node.Phase.READY).setVerifiedAt(1).build();

    assertThat(Readiness.isVerified(tried)).isTrue();
    assertThat(Readiness.isVerified(tried.toBuilder().clearVerifiedAt().build())).isFalse();
    assertThat(Readiness.isVerified(tried.toBuilder().clearPhase().build())).isFalse();
    assertThat(Readiness.isVerified(tried.toBuilder().addFailedChecks("no-mounts").build()))
        .isFalse();
  }

  @Test
  void whatANodeFailsIsSaid() {
    Node one = Node.newBuilder().setName("node-1").build();
    Node two = one.toBuilder().setName("node-2").addFailedChecks("a").addFailedChecks("b").build();

    assertThat(Readiness.lacking(List.of(one, two))).isEqualTo("; node-2 fails a, b");
  }

  @Test
  void theEndOfUpSaysHowManyNodesAreVerified() {
    var told = Json.object().put("nodesVerified", 3);

    assertThat(StartUp.words(told, Duration.ofSeconds(2), null)).contains("3 nodes verified.");
  }

  @Test
  void subnetsKeepClearOfTheHostsRoutes() {
    List<Subnet> taken = List.of(Subnet.of("10.88.4.0/24"), Subnet.of("10.88.8.0/21"));

    assertThat(Subnet.choose(2, 0, taken))
        .extracting(Subnet::toString)
        .containsExactly("10.88.0.0/22", "10.88.16.0/22");
  }

  @Test
  void aRouteToAllOfTenLeavesNoRoom() {
    assertThat(Subnet.choose(1, 77, List.of(Subnet.of("10.0.0.0/8")))).isEmpty();
  }

  @Test
  void theKernelsRoutesAreUnderstood() {
    List<String> lines =
        List.of(
            "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT",
            "eth0 00000000 010011AC 0003 0 0 0 00000000 0 0 0",
            "eth0 000011AC 00000000 0001 0 0 0 0000FFFF 0 0 0",
            "bthabcdef-1 0000580A 00000000 0001 0 0 0 00FCFFFF 0 0 0");

    assertThat(HostRoutes.parse(lines, "bthabcdef-"))
        .extracting(Subnet::toString)
        .containsExactly("172.17.0.0/16");
    assertThat(HostRoutes.parse(lines, "bthother-"))
        .extracting(Subnet::toString)
        .contains("10.88.0.0/22");
  }

  @Test
  void oldKernelsAreRefused() {
    assertThat(HostCheck.isNewEnough("5.18.0-x")).isFalse();
    assertThat(HostCheck.isNewEnough("5.19.1")).isTrue();
    assertThat(HostCheck.isNewEnough("6.1.0-18-amd64")).isTrue();
  }

  @Test
  void theClusterFileIsReadAsItWasWritten(@TempDir Path directory) {
    ClusterFile cluster =
        new ClusterFile("abcdef", "localhost", 7100, 8080, List.of("10.88.0.0/22"));

    cluster.write(directory.resolve("cluster.json"));

    assertThat(ClusterFile.read(directory.resolve("cluster.json"))).isEqualTo(cluster);
  }

  @Test
  void aFullLogIsKeptOnceAndEmptied(@TempDir Path directory) throws Exception {
    Path log = Files.writeString(directory.resolve("a.log"), "0123456789");
    Files.writeString(directory.resolve("b.log"), "1");

    LogKeeper.trim(directory, 5);

    assertThat(log).isEmptyFile();
    assertThat(directory.resolve("a.log.1")).hasContent("0123456789");
    assertThat(directory.resolve("b.log")).hasContent("1");
  }

  @Test
  void nodesOnOneMachineShareItsMemory() {
    StateDirectory state = new StateDirectory(Path.of("/var/lib/berth"));
    ClusterFile two =
        new ClusterFile("abcdef", "localhost", 1, 2, List.of("10.88.0.0/22", "10.88.4.0/22"));
    ClusterFile one = new ClusterFile("abcdef", "localhost", 1, 2, List.of("10.88.0.0/22"));

    assertThat(HostMemory.forInstances(List.of("MemTotal:  5120000 kB", "MemFree: 1 kB")))
        .isEqualTo(3976);
    assertThat(Programs.sharingMemory(Programs.of(two, state), 4000).getLast().settings())
        .containsEntry("capacity.memory-mib", "2000");
    assertThat(Programs.sharingMemory(Programs.of(one, state), 4000).getLast().settings())
        .doesNotContainKey("capacity.memory-mib");
  }

  @Test
  void programsOfOneClusterAgreeOnIdsAndAddresses() {
    StateDirectory state = new StateDirectory(Path.of("/var/lib/berth"));
    ClusterFile cluster =
        new ClusterFile("abcdef", "localhost", 7100, 8080, List.of("10.88.0.0/22", "10.88.4.0/22"));

    List<Program> programs = Programs.of(cluster, state);

    assertThat(programs)
        .extracting(Program::name)
        .containsExactly("scheduler", "router-1", "node-1", "node-2");
    assertThat(programs.get(3).settings())
        .containsEntry("network.subnet", "10.88.4.0/22")
        .containsEntry("node.number", "2")
        .containsEntry("scheduler.address", "127.0.0.1:7100")
        .containsEntry("cluster.id", "abcdef");
  }
}
