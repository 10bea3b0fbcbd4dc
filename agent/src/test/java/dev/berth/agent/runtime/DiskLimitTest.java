package dev.berth.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an instance can write, from inside hostile ones and from their neighbours. */
@Tag("root")
@Timeout(60)
class DiskLimitTest {
  private static final String FILL = "dd if=/dev/zero of=%s/a bs=64k count=3000 2>&1 | tail -n 3;";

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
  void aDiskFillerHearsThatItIsFullAndItsNeighbourWritesOn() throws Exception {
    long before = Files.getFileStore(directory).getUsableSpace();

    String filler = node.outputOf(FILL.formatted("/tmp") + "touch /app/x /run/x; echo end");
    String neighbour = node.outputOf("dd if=/dev/zero of=/tmp/a bs=64k count=600 && echo fine");

    assertThat(filler).contains("No space left on device").endsWith("end\n");
    assertThat(neighbour).contains("fine\n");
    assertThat(before - Files.getFileStore(directory).getUsableSpace()).isLessThan(400L << 20);
  }

  @Test
  void everyWritableDirectoryCountsAgainstTheSameLimit() throws Exception {
    String text =
        node.outputOf(
            FILL.formatted("/var/tmp")
                + "for d in /app /tmp /run /var/tmp; do head -c 99999 /dev/zero > $d/b || "
                + "echo full $d; done 2>/dev/null");

    assertThat(text).contains("full /app", "full /tmp", "full /run", "full /var/tmp");
  }

  @Test
  void anInodeFillerHearsThatItIsFullAndItsNeighbourMakesFiles() throws Exception {
    String filler = node.outputOf("cd /tmp; i=0; while : > $i; do i=$((i+1)); done 2>&1");
    String neighbour = node.outputOf("cd /tmp; touch $(seq 2000) && ls | wc -l");

    assertThat(filler).contains("No space left on device");
    assertThat(Integer.parseInt(filler.strip().replaceAll("(?s).*create (\\d+):.*", "$1")))
        .isBetween(4_000, 8_200);
    assertThat(neighbour).isEqualTo("2000\n");
  }

  @Test
  void aWriterIsHeldToItsDiskRateAndTheCacheOfWhatItWritesIsItsOwn() throws Exception {
    var slow = new Rates(100, 16, 100, 1024, 4096);
    var limits = new Limits(32, 100, 1000, 32, 256, 512, slow);
    var plan =
        node.plan("dd if=/dev/zero of=/tmp/a bs=64k count=1280 && sync && echo fine", limits);

    long from = System.nanoTime();
    String text = node.outputOf(plan);
    var took = Duration.ofNanos(System.nanoTime() - from);

    assertThat(text).as("80 MiB written with 32 MiB of memory").contains("fine\n");
    // 5 s at its rate. What the kernel's own threads write back meanwhile is not held on cgroup v1,
    // so it is done a little earlier; without a limit it takes a fraction of a second.
    assertThat(took).isGreaterThan(Duration.ofSeconds(3));
  }

  @Test
  void whatWaitsToBeWrittenDelaysNoRemoval() throws Exception {
    var slow = new Rates(100, 1, 100, 1024, 4096);
    var limits = new Limits(128, 100, 1000, 32, 256, 512, slow);
    var plan = node.plan("head -c 50000000 /dev/zero > /tmp/a; exec sleep 1000", limits);
    node.host().start(plan, 1);
    Wait.until(() -> node.unwritten(plan.placementId()) > 10L << 20); // ten seconds of its rate

    long from = System.nanoTime();
    node.host().release(plan.placementId());

    assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(5));
  }
}
