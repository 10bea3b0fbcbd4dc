package dev.berth.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.agent.network.EgressPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("root")
@Timeout(60)
class ContainerHostTest {
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
  void aCommandRunsAndItsExitCodeIsTold() throws Exception {
    var plan = node.plan("echo hi; exit 3");

    var launched = node.host().start(plan, 1);
    var ended = node.awaitEnd(plan.placementId());

    assertThat(launched.address()).startsWith("10.200.");
    assertThat(ended.exitCode()).isEqualTo(3);
    assertThat(node.log(plan.placementId(), 1)).isEqualTo("hi\n");
    node.host().release(plan.placementId());
  }

  @Test
  void rootInsideIsAnUnprivilegedIdThatNoOtherInstanceHas() throws Exception {
    String one = node.outputOf("cat /proc/self/uid_map").strip();
    String other = node.outputOf("cat /proc/self/uid_map").strip();

    assertThat(one).matches("0 +\\d{5,} +65536");
    assertThat(other).matches("0 +\\d{5,} +65536").isNotEqualTo(one);
  }

  @Test
  void everyMountIsNosuid() throws Exception {
    String mounts = node.outputOf("cat /proc/self/mountinfo");

    assertThat(mounts.lines()).isNotEmpty().allMatch(line -> line.contains("nosuid"), "nosuid");
  }

  @Test
  void aSetuidRootProgramOfTheSlugDoesNotGainRoot() throws Exception {
    String who = node.outputOf("ls -ln /app/busybox; /app/busybox id -u; cat /app/index.html");

    assertThat(who).contains("\n1000\nhello\n");
  }

  @Test
  void onlyTheInstancesOwnDirectoriesCanBeWritten() throws Exception {
    String text =
        node.outputOf(
            "for d in / /etc /bin /usr /sys /proc/sys/kernel/core_pattern; do "
                + "touch $d/x 2>/dev/null && echo wrote $d; done; echo x 2>/dev/null "
                + ">/proc/sys/kernel/core_pattern && echo core;"
                + "touch /app/x /app/index.html /tmp/x /var/tmp/x /run/x && echo fine");

    assertThat(text).isEqualTo("fine\n");
  }

  @Test
  void nestedNamespacesMountsAndForeignSocketsAreRefused() throws Exception {
    String text =
        node.outputOf(
            "unshare -U true 2>&1; mount -t tmpfs x /tmp 2>&1; ip link 2>&1 | head -n 1;"
                + "mknod /tmp/n c 1 1 2>&1; chmod 600 /dev/null 2>&1; ls /dev; id -u");

    assertThat(text)
        .contains("unshare: unshare(0x10000000): Operation not permitted")
        .contains("mount: permission denied")
        .doesNotContain("eth0")
        .contains("mknod: /tmp/n: Operation not permitted")
        .contains("chmod: /dev/null: ")
        .endsWith("\n1000\n");
  }

  @Test
  void aMemoryHogIsKilledAloneAndReportedAsThat() throws Exception {
    var bystander = node.plan("exec sleep 1000");
    node.host().start(bystander, 1);
    var hog = node.plan("exec tail -c 500000000 /dev/zero");

    node.host().start(hog, 1);
    var ended = node.awaitEnd(hog.placementId());

    assertThat(ended.memory().killedMain()).isTrue();
    assertThat(ended.exitCode()).isEqualTo(137);
    assertThat(node.host().usage(bystander.placementId())).isPresent();
    node.host().release(hog.placementId());
    node.host().release(bystander.placementId());
  }

  @Test
  void aForkBombStaysInsideAndIsReported() throws Exception {
    var plan =
        node.plan(
            "for i in $(head -c 40 /dev/zero | tr '\\0' ' '; seq 60); do sleep 9 & done; exit 4");

    node.host().start(plan, 1);
    var ended = node.awaitEnd(plan.placementId());

    assertThat(ended.pidsLimitHits()).isPositive();
    assertThat(ended.memory().count()).isZero();
    node.host().release(plan.placementId());
  }

  @Test
  void theDiskHasAHardSize() throws Exception {
    String text = node.outputOf("dd if=/dev/zero of=/tmp/f bs=1M count=200 2>&1 | head -n 1");

    assertThat(text).contains("No space left on device");
  }

  @Test
  void hostileValuesArriveByteForByte() throws Exception {
    String value = "() { :;}; echo x\n\"quoted\" 'single' $(id) `id` \\ \t" + "y".repeat(30_000);
    var plan =
        node.plan(
            "printf '%s' \"$EVIL\" > /tmp/v; cat /tmp/v | tail -c 30001 | head -c 5; echo; head -n 1 /tmp/v; env -i /bin/true; cat /tmp/v | wc -c",
            Map.of("EVIL", value));

    String text = node.outputOf(plan);

    assertThat(text).contains("() { :;}; echo x\n").endsWith(value.length() + "\n");
  }

  @Test
  void sigtermEndsAProcessWithoutAHandlerAtOnce() throws Exception {
    var plan = node.plan("exec sleep 1000");
    node.host().start(plan, 1);

    node.host().terminate(plan.placementId());

    assertThat(node.awaitEnd(plan.placementId()).exitCode()).isEqualTo(143);
    node.host().release(plan.placementId());
  }

  @Test
  void sigtermEndsAFirstProcessThatWouldGoOnWithoutItsChildren() throws Exception {
    var plan = node.plan("while :; do echo ready; sleep 1000; done");
    node.host().start(plan, 1);
    Wait.until(() -> node.log(plan.placementId(), 1).contains("ready"));

    node.host().terminate(plan.placementId());

    assertThat(node.awaitEnd(plan.placementId()).exitCode()).isEqualTo(143);
    node.host().release(plan.placementId());
  }

  @Test
  void sigtermLeavesAFirstProcessTheExitCodeOfItsChild() throws Exception {
    var plan =
        node.plan(
            "(trap 'sleep 2; exit 9' TERM; echo ready; while :; do sleep 0.01; done) & "
                + "wait $!; exit $?");
    node.host().start(plan, 1);
    Wait.until(() -> node.log(plan.placementId(), 1).contains("ready"));

    node.host().terminate(plan.placementId());

    assertThat(node.awaitEnd(plan.placementId()).exitCode()).isEqualTo(9);
    node.host().release(plan.placementId());
  }

  @Test
  void sigtermReachesAHandler() throws Exception {
    var plan = node.plan("trap 'exit 7' TERM; echo ready; while :; do sleep 0.01; done");
    node.host().start(plan, 1);
    Wait.until(() -> node.log(plan.placementId(), 1).contains("ready"));

    node.host().terminate(plan.placementId());

    assertThat(node.awaitEnd(plan.placementId()).exitCode()).isEqualTo(7);
    node.host().release(plan.placementId());
  }

  @Test
  void killEndsEveryProcessOfTheContainer() throws Exception {
    var plan = node.plan("trap '' TERM; sleep 1000 & wait");
    node.host().start(plan, 1);

    node.host().kill(plan.placementId());

    assertThat(node.awaitEnd(plan.placementId()).exitCode()).isEqualTo(137);
    node.host().release(plan.placementId());
  }

  @Test
  void theHostReachesAnInstanceAndInstancesReachNobodyHere() throws Exception {
    var server = node.plan("exec httpd -f -p 5000 -h /app");
    var launched = node.host().start(server, 1);
    Wait.until(() -> Wait.answers(launched.address(), 5000));

    String text =
        node.outputOf(
            "wget -T 2 -q -O - http://%s:5000/index.html 2>&1 && echo reached; wget -T 2 -q -O - http://%s:5000 2>&1; wget -T 2 -q -O - http://169.254.169.254 2>&1; cat /etc/hosts"
                .formatted(launched.address(), launched.address().replaceAll("\\d+$", "1")));

    assertThat(text).doesNotContain("reached").contains("web-1");
    node.host().release(server.placementId());
  }

  @Test
  void aMissingProgramIsTheTenantsFault() throws Exception {
    var plan = node.plan(List.of("no-such-program"));

    assertThatThrownBy(() -> node.host().start(plan, 1))
        .isInstanceOfSatisfying(
            HostException.class, e -> assertThat(e.kind()).isEqualTo(HostException.Kind.TENANT));
    node.host().release(plan.placementId());
  }

  @Test
  void anImageWithAnotherHashIsRefused() throws Exception {
    var plan = node.planWithSlug("0".repeat(64));
    Files.writeString(directory.resolve("images").resolve("0".repeat(64)), "not an image");

    assertThatThrownBy(() -> node.host().start(plan, 1))
        .isInstanceOfSatisfying(
            HostException.class, e -> assertThat(e.kind()).isEqualTo(HostException.Kind.IMAGE))
        .hasMessageContaining("has the hash");
  }

  @Test
  void aRestartedAgentAdoptsWhatRunsAndWhatEnded() throws Exception {
    var running = node.plan("exec sleep 1000");
    var over = node.plan("read x < /tmp/never 2>/dev/null; sleep 0.3; exit 9");
    var launched = node.host().start(running, 4);
    node.host().start(over, 1);

    var kept = node.restartAgentAfter(() -> node.exited(over.placementId(), 1));

    assertThat(kept)
        .filteredOn(k -> k.placementId() == running.placementId())
        .singleElement()
        .isInstanceOfSatisfying(
            Kept.Running.class,
            k -> {
              assertThat(k.hostPid()).isEqualTo(launched.hostPid());
              assertThat(k.address()).isEqualTo(launched.address());
              assertThat(k.incarnation()).isEqualTo(4);
            });
    assertThat(kept)
        .filteredOn(k -> k.placementId() == over.placementId())
        .singleElement()
        .isInstanceOfSatisfying(
            Kept.Over.class, k -> assertThat(k.ended().exitCode()).isEqualTo(9));
    node.host().kill(running.placementId());
    assertThat(node.awaitEnd(running.placementId()).exitCode()).isEqualTo(137);
    node.host().release(running.placementId());
    node.host().release(over.placementId());
  }

  @Test
  void aNewAgentFindsAnEgressPolicyInForce() throws Exception {
    var plan = node.plan("exec sleep 1000");
    String address = node.host().start(plan, 1).address();
    node.host().limit(plan.placementId(), new EgressPolicy(List.of(), List.of("203.0.113.0/24")));
    String before = passage(address);

    node.startAgentAfterKill();

    assertThat(before).contains("203.0.113.0/24").contains("goto cut");
    assertThat(passage(address)).isEqualTo(before);
    node.host().release(plan.placementId());
  }

  /** Where the rules send what comes from the address, and what is there. */
  private static String passage(String address) throws Exception {
    String table = "berth_" + node.settings.clusterId() + "_1";
    try (var programs = new dev.berth.agent.linux.Programs()) {
      String map =
          programs.need(List.of("/usr/sbin/nft", "list", "map", "inet", table, "passages"));
      String chain = map.replaceAll("(?s).*" + address + " : goto (\\w+).*", "$1");
      return programs.need(List.of("/usr/sbin/nft", "list", "chain", "inet", table, chain))
          + programs.need(
              List.of(
                  "/usr/sbin/nft",
                  "list",
                  "set",
                  "inet",
                  table,
                  chain.replaceAll("to_(\\w+)_\\d+", "deny_$1")));
    }
  }

  @Test
  void anAgentAfterAKilledOneStartsContainersBesideTheOldOnes() throws Exception {
    var old = node.plan("exec sleep 1000");
    node.host().start(old, 1);

    var kept = node.startAgentAfterKill();
    String text = node.outputOf("echo new");

    assertThat(kept).filteredOn(k -> k.placementId() == old.placementId()).hasSize(1);
    assertThat(text).isEqualTo("new\n");
    node.host().release(old.placementId());
  }

  @Test
  void aHalfMadeNamespaceOfAKilledAgentIsNotUsed() throws Exception {
    String pin = node.settings.stateDirectory().resolve("live/pin/mnt").toString();
    Object owner = Files.getAttribute(Path.of("/dev/null"), "unix:uid");
    try (var programs = new dev.berth.agent.linux.Programs()) {
      programs.need(List.of("/usr/bin/nsenter", "--mount=" + pin, "/usr/bin/umount", "-l", "/dev"));
    }

    node.startAgentAfterKill();
    String text = node.outputOf("echo fine");

    assertThat(text).isEqualTo("fine\n");
    assertThat(Files.getAttribute(Path.of("/dev/null"), "unix:uid")).isEqualTo(owner);
  }

  @Test
  void theAddressStaysWithThePlacementOverRestarts() throws Exception {
    var plan = node.plan("exit 1");
    String first = node.host().start(plan, 1).address();
    node.awaitEnd(plan.placementId());
    node.host().discard(plan.placementId());

    String second = node.host().start(plan, 2).address();

    node.awaitEnd(plan.placementId());
    assertThat(second).isEqualTo(first);
    node.host().release(plan.placementId());
  }
}
