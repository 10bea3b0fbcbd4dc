package dev.berth.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What plays a machine of its own: a network namespace with a way or two to the host, and a mount
 * namespace whose /sys shows that network. A way can be cut: what is sent on it is lost then, and
 * nobody is told.
 *
 * <p>Its first process ends with the tests' JVM. Confined to one thread.
 */
final class Machine implements AutoCloseable {
  private static final int NETWORKS = 1 << 14;

  /** Says the number of its mount namespace, or 0 before Linux 6.10, and waits. */
  private static final String FIRST_PROCESS =
      """
      open(my $own, "<", "/proc/self/ns/mnt") or die $!;
      my $number = pack("Q", 0);
      ioctl($own, 0x8008b705, $number);
      $| = 1;
      print unpack("Q", $number), "\\n";
      <STDIN>;
      """;

  private final int number;
  private final int ways;
  private final Process first;

  /** Two with different numbers, which are below 2^24, have nothing in common. */
  Machine(int number, int ways) {
    this.number = number;
    this.ways = ways;
    this.first = firstProcess();
    try {
      showOwnLinks();
      inside("ip", "link", "set", "lo", "up");
      for (int way = 0; way < ways; way++) {
        lay(way);
      }
      inside("ip", "route", "add", "default", "via", hostAddress(0));
    } catch (RuntimeException failure) {
      close();
      throw failure;
    }
  }

  /**
   * The one with the lowest number: Linux 6.18 numbers namespaces by the processor that makes them,
   * and lets nobody hold one, as agents do, whose number is below that of their own.
   */
  private static Process firstProcess() {
    record Candidate(long number, Process process) {}
    List<Candidate> candidates = new ArrayList<>();
    try {
      for (int processor : processors()) {
        Process process =
            new ProcessBuilder(
                    "taskset",
                    "-c",
                    Integer.toString(processor),
                    "unshare",
                    "--net",
                    "--mount",
                    "perl",
                    "-e",
                    FIRST_PROCESS)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader said = process.inputReader(StandardCharsets.US_ASCII);
        candidates.add(new Candidate(Long.parseLong(said.readLine()), process));
      }
    } catch (IOException failure) {
      candidates.forEach(it -> it.process.destroyForcibly());
      throw new UncheckedIOException(failure);
    }
    candidates.sort(Comparator.comparingLong(Candidate::number));
    candidates.stream().skip(1).forEach(it -> it.process.destroyForcibly());
    return candidates.getFirst().process;
  }

  /** Those that this process may use. */
  private static List<Integer> processors() throws IOException {
    String list =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("Cpus_allowed_list:"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .findFirst()
            .orElse("0");
    return Stream.of(list.split(",", -1))
        .map(range -> range.split("-", 2))
        .flatMapToInt(ends ->
            IntStream.rangeClosed(
                Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1])))
        .boxed()
        .toList();
  }

  private void showOwnLinks() {
    try {
      Path cgroups = Files.createTempDirectory("berth-machine-");
      inside("mount", "--rbind", "/sys/fs/cgroup", cgroups.toString());
      inside("umount", "--lazy", "/sys");
      inside("mount", "-t", "sysfs", "sysfs", "/sys");
      inside("mount", "--rbind", cgroups.toString(), "/sys/fs/cgroup");
      inside("umount", "--lazy", cgroups.toString());
      Files.delete(cgroups);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private void lay(int way) {
    String near = near(way);
    String far = far(way);
    String there = Long.toString(first.pid());
    run("ip", "link", "add", near, "type", "veth", "peer", "name", far, "netns", there);
    run("ip", "address", "add", hostAddress(way) + "/30", "dev", near);
    run("ip", "link", "set", near, "up");
    inside("ip", "address", "add", address(way) + "/30", "dev", far);
    inside("ip", "link", "set", far, "up");
  }

  /** What stands before a command that is to run there. */
  List<String> entering() {
    return List.of("nsenter", "--target", Long.toString(first.pid()), "--net", "--mount");
  }

  /** Of this machine, by this way. */
  String address(int way) {
    return address(way, 2);
  }

  /** Of the host, as this machine has it. */
  String hostAddress(int way) {
    return address(way, 1);
  }

  /** What the host sends to these addresses comes here, by the first way. */
  void lead(String subnet) {
    run("ip", "route", "add", subnet, "via", address(0));
  }

  void cut(int way) {
    String table = "inet cut" + way;
    inside("nft", "add table " + table);
    inside("nft", "add chain " + table + " in { type filter hook input priority 0 ; }");
    inside("nft", "add chain " + table + " out { type filter hook output priority 0 ; }");
    inside("nft", "add rule " + table + " in iifname " + far(way) + " drop");
    inside("nft", "add rule " + table + " out oifname " + far(way) + " drop");
  }

  void mend(int way) {
    inside("nft", "delete table inet cut" + way);
  }

  private String near(int way) {
    return "bp%06x-%d".formatted(number, way);
  }

  private static String far(int way) {
    return "way" + way;
  }

  /** Of the range that is kept for tests of networks. */
  private String address(int way, int host) {
    int place = (number % NETWORKS * 2 + way) * 4 + host;
    return "198.%d.%d.%d".formatted(18 + (place >> 16), place >> 8 & 255, place & 255);
  }

  private void inside(String... command) {
    var whole = new ArrayList<>(entering());
    whole.addAll(List.of(command));
    run(whole.toArray(String[]::new));
  }

  private static void run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(String.join(" ", command) + ": " + said);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  /** After all that runs in it. */
  @Override
  public void close() {
    for (int way = 0; way < ways; way++) {
      if (Files.exists(Path.of("/sys/class/net", near(way)))) {
        run("ip", "link", "delete", near(way)); // and with it the other end and its routes
      }
    }
    first.destroyForcibly().onExit().join();
  }
}
