package dev.berth.scheduler.slug;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.confine.Confinement;
import dev.berth.scheduler.confine.Wall;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the kernel says of the live packer: each wall stands, and is missed when left out. */
@Tag("root")
class PackerWallsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @TempDir Path directory;

  @Test
  void theLivePackerIsBehindEveryWall() throws Exception {
    assertThat(wallsSeen(new Confinement())).isEqualTo(EnumSet.allOf(Wall.class));
  }

  @ParameterizedTest
  @EnumSource
  void aWallThatIsLeftOutIsMissed(Wall wall) throws Exception {
    assertThat(wallsSeen(Confinement.without(wall)))
        .isEqualTo(EnumSet.complementOf(EnumSet.of(wall)));
  }

  @Test
  void thePackerMayNeverGainPrivileges() throws Exception {
    whilePacking(new Confinement(), pid -> assertThat(status(pid)).contains("NoNewPrivs:\t1"));
  }

  @Test
  void nothingOfAPackerIsLeftWhenItsStarterGivesUp() throws Exception {
    List<ProcessHandle> seen = new ArrayList<>();

    whilePacking(
        new Confinement(),
        pid -> {
          seen.add(ProcessHandle.of(pid).orElseThrow());
          throw new IOException("the tar breaks off");
        });

    assertThat(seen.getFirst().onExit()).succeedsWithin(PATIENCE);
  }

  private Set<Wall> wallsSeen(Confinement confinement) throws Exception {
    Set<Wall> seen = EnumSet.noneOf(Wall.class);
    whilePacking(
        confinement,
        pid -> {
          for (Wall wall : Wall.values()) {
            if (stands(wall, pid)) {
              seen.add(wall);
            }
          }
        });
    return seen;
  }

  private static boolean stands(Wall wall, long pid) throws IOException {
    String status = status(pid);
    return switch (wall) {
      case OWN_ID ->
          status.contains("Uid:\t60999\t60999\t60999\t60999")
              && status.contains("Gid:\t60999\t60999\t60999\t60999")
              && status.lines().anyMatch(line -> line.strip().equals("Groups:"));
      case NO_CAPABILITIES ->
          status
                  .lines()
                  .filter(line -> line.startsWith("Cap") && line.endsWith("\t" + "0".repeat(16)))
                  .count()
              == 5;
      case OWN_NETWORK -> isOwn("net", pid);
      case OWN_PROCESSES -> isOwn("pid", pid);
      case OWN_IPC -> isOwn("ipc", pid);
      case OWN_NAMES -> isOwn("uts", pid);
      case OWN_CGROUP_VIEW -> isOwn("cgroup", pid);
      case OWN_FILES -> mounts(pid).equals(List.of("/ ro", "/usr ro", "/mnt/file rw"));
      case FEW_SYSTEM_CALLS -> status.contains("Seccomp:\t2");
      case LIMITS ->
          limits(pid).equals(List.of("300", "2214592512", "0", "256", "64", "2147483648"));
    };
  }

  private static String status(long pid) throws IOException {
    return Files.readString(Path.of("/proc/" + pid + "/status"));
  }

  private static boolean isOwn(String namespace, long pid) throws IOException {
    Path own = Files.readSymbolicLink(Path.of("/proc/self/ns/" + namespace));
    return !Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/" + namespace)).equals(own);
  }

  /** Each mount that the packer sees, and whether it is read-only; all must be nosuid. */
  private static List<String> mounts(long pid) throws IOException {
    List<String> mounts = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/mountinfo"))) {
      String[] words = line.split(" ", -1);
      boolean isTame = List.of(words[5].split(",")).containsAll(List.of("nosuid", "nodev"));
      mounts.add(words[4] + " " + words[5].substring(0, 2) + (isTame ? "" : " untamed"));
    }
    return mounts;
  }

  private static List<String> limits(long pid) throws IOException {
    List<String> wanted =
        List.of(
            "Max cpu time",
            "Max file size",
            "Max core file size",
            "Max processes",
            "Max open files",
            "Max address space");
    return Files.readAllLines(Path.of("/proc/" + pid + "/limits")).stream()
        .filter(line -> wanted.stream().anyMatch(line::startsWith))
        .map(line -> line.substring(26).strip().split(" +", -1)[1]) // the hard limit
        .toList();
  }

  private interface Look {
    void at(long pid) throws IOException;
  }

  /** Looks at the packer while it waits for the rest of its tar. */
  private void whilePacking(Confinement confinement, Look look) throws Exception {
    Path scratch = Files.createTempDirectory(directory, "pack");
    try {
      new SquashfsPacker(confinement)
          .pack(
              out -> {
                out.write(new Tar().file("a", "x").bytes(), 0, 1024);
                out.flush();
                look.at(packer());
                finish(out);
              },
              scratch);
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("sqfstar ended with 1"); // only where the look gave up
    }
  }

  private static void finish(OutputStream out) throws IOException {
    out.write(new byte[1024]);
  }

  /** The sqfstar below this JVM, once it is past all that starts it. */
  private static long packer() throws IOException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      for (ProcessHandle child : ProcessHandle.current().descendants().toList()) {
        Path command = Path.of("/proc/" + child.pid() + "/cmdline");
        if (Files.exists(command)
            && new String(Files.readAllBytes(command), UTF_8).startsWith("/usr/bin/sqfstar\0")) {
          return child.pid();
        }
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("no sqfstar was seen");
  }
}
