package dev.berth.agent.verify;

import dev.berth.agent.cgroup.Cgroups;
import dev.berth.agent.linux.Programs;
import dev.berth.agent.network.NodeNetwork;
import dev.berth.agent.runtime.Defence;
import dev.berth.agent.runtime.ProcessLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How much a container may use, tried from inside where that harms nobody, else read back. */
final class ResourceChecks {
  private static final int NO_SPACE = 28;
  private static final int TURNS = 1000;
  private static final int SHARED_MIB = 8;
  private static final Pattern RATE = Pattern.compile("\"kind\":\"tbf\".*\"rate\":(\\d+)");

  private ResourceChecks() {}

  static List<Check> all() {
    return List.of(
        Check.of("memory-limited", "memory", "its size, swap included", ResourceChecks::memory)
            .quickly()
            .noticing(Defence.MEMORY_LIMIT),
        Check.of("shared-memory-counted", "memory", "/dev/shm counts", ResourceChecks::shared)
            .noticing(Defence.COUNTED_SHARED_MEMORY),
        Check.of("huge-pages-none", "memory", "no pool, or a limit of 0", ResourceChecks::hugePages)
            .advisory(),
        Check.of("cpu-limited", "cpu", "its size", ResourceChecks::cpu)
            .quickly()
            .noticing(Defence.CPU_LIMIT),
        Check.of("processes-limited", "fork bombs", "its size at most", ResourceChecks::processes)
            .quickly()
            .noticing(Defence.PIDS_LIMIT),
        Check.of("open-files-limited", "kernel memory", "its size", ResourceChecks::openFiles)
            .quickly()
            .noticing(Defence.OPEN_FILES_LIMIT),
        Check.of("process-limits", "kernel memory", "as documented", ResourceChecks::processLimits)
            .quickly()
            .noticing(Defence.PROCESS_LIMITS),
        Check.of("disk-limited", "the host's disk", "ENOSPC at its size", ResourceChecks::disk)
            .noticing(Defence.DISK_LIMIT),
        Check.of("inodes-limited", "the host's disk", "ENOSPC", ResourceChecks::inodes)
            .noticing(Defence.DISK_LIMIT),
        Check.of("disk-rate-limited", "the host's disk", "its size", ResourceChecks::diskRate)
            .noticing(Defence.DISK_RATE),
        Check.of("network-rate-limited", "the network", "its size", ResourceChecks::networkRate)
            .noticing(Defence.NETWORK_RATE),
        Check.of("log-rate-limited", "log floods", "the shim has little cpu", ResourceChecks::shim)
            .noticing(Defence.LOG_RATE));
  }

  private static Seen memory(Cell cell) throws IOException {
    long wanted = cell.limits().memoryMib() * 1024L * 1024;
    var set = cell.host().cgroups().limits(cell.cgroup());
    boolean counted = set.memoryAndSwapBytes() != Cgroups.NOT_COUNTED;
    boolean swaps = Files.readAllLines(Path.of("/proc/swaps")).size() > 1;
    boolean together = counted ? set.memoryAndSwapBytes() == wanted : !swaps;
    String text =
        "%d bytes, with swap %s"
            .formatted(
                set.memoryBytes(),
                counted
                    ? "" + set.memoryAndSwapBytes()
                    : swaps ? "unlimited" : "that is not there");
    return new Seen(set.memoryBytes() == wanted && together, text);
  }

  private static Seen shared(Cell cell) throws IOException {
    cell.inside(
        "open(my $f, '>', '/dev/shm/berth'); print $f 'x' x (%d << 20); close $f"
            .formatted(SHARED_MIB));
    long bytes = cell.host().cgroups().counters(cell.cgroup()).sharedBytes();
    cell.inside("unlink '/dev/shm/berth'");
    return new Seen(
        bytes >= (long) SHARED_MIB << 20, bytes + " bytes after " + SHARED_MIB + " MiB");
  }

  private static Seen hugePages(Cell cell) throws IOException {
    Path file = Path.of("/proc/sys/vm/nr_hugepages");
    String pool = Files.exists(file) ? Files.readAllLines(file).getFirst().strip() : "0";
    boolean limited = false;
    for (Path directory : cell.host().cgroups().directories(cell.cgroup())) {
      if (Files.isDirectory(directory)) {
        try (var files = Files.newDirectoryStream(directory, "hugetlb.*")) {
          limited |= files.iterator().hasNext();
        }
      }
    }
    return new Seen(
        pool.equals("0") || limited, pool + " in the pool" + (limited ? ", limited to 0" : ""));
  }

  private static Seen cpu(Cell cell) throws IOException {
    int cpus = Runtime.getRuntime().availableProcessors();
    long wanted = Math.min(cell.limits().cpuMillis(), cpus * 1000L);
    long set = cell.host().cgroups().limits(cell.cgroup()).cpuMillis();
    return new Seen(set == wanted, set < 0 ? "none" : set + " thousandths of a cpu");
  }

  private static Seen processes(Cell cell) throws IOException {
    int limit = cell.limits().pids();
    String made =
        cell.inside(
            """
            my @made;
            for (1..%d) {
              my $child = fork;
              last unless defined $child;
              if ($child == 0) { sleep 30; exit }
              push @made, $child;
            }
            kill 9, @made;
            waitpid $_, 0 for @made;
            print scalar @made;
            """
                .formatted(limit * 4));
    return atMost(made, limit, "forks went well");
  }

  private static Seen openFiles(Cell cell) throws IOException {
    int limit = cell.limits().openFiles();
    String opened =
        cell.inside(
            """
            my @open;
            for (1..%d) { open(my $file, '<', '/dev/null') or last; push @open, $file }
            print scalar @open;
            """
                .formatted(limit * 4));
    return atMost(opened, limit, "were opened");
  }

  /** Tried from inside: none of them can be raised. */
  private static Seen processLimits(Cell cell) throws IOException {
    return Seen.nothingOf(
        cell.inside(
            """
            my %%most = (6 => %d, 8 => %d, 11 => %d, 12 => %d, 13 => 0, 14 => 0);
            for my $limit (map { $_ + 0 } sort keys %%most) {
              my $seen = pack("QQ", 0, 0);
              print "limit $limit is hidden; " if syscall(97, $limit, $seen) != 0;
              my $hard = (unpack("QQ", $seen))[1];
              print "limit $limit is $hard; " if $hard > $most{$limit};
              my $more = pack("QQ", $most{$limit} + 1, $most{$limit} + 1);
              print "limit $limit could be raised; " if syscall(160, $limit, $more) == 0;
            }
            """
                .formatted(
                    2 * cell.limits().pids(),
                    ProcessLimits.LOCKED_BYTES,
                    ProcessLimits.PENDING_SIGNALS,
                    ProcessLimits.QUEUED_BYTES)),
        "six held");
  }

  private static Seen disk(Cell cell) throws IOException {
    int mib = cell.limits().diskMib();
    return filled(
        cell.inside(
            """
            my ($written, $error) = (0, 0);
            open(my $file, '>', '/tmp/fill');
            my $block = 'x' x 65536;
            while ($written < %d) {
              my $count = syswrite $file, $block;
              if (!defined $count) { $error = $! + 0; last }
              $written += $count;
            }
            unlink '/tmp/fill';
            print "$error after $written bytes";
            """
                .formatted((mib * 3L) << 20)));
  }

  private static Seen inodes(Cell cell) throws IOException {
    int mib = cell.limits().diskMib();
    return filled(
        cell.inside(
            """
            my ($made, $error) = (0, 0);
            mkdir '/tmp/many';
            while ($made < %d) {
              if (!open(my $file, '>', "/tmp/many/$made")) { $error = $! + 0; last }
              $made++;
            }
            unlink "/tmp/many/$_" for 0..$made;
            rmdir '/tmp/many';
            print "$error after $made files";
            """
                .formatted(mib * 384)));
  }

  private static Seen filled(String text) {
    return new Seen(text.startsWith(NO_SPACE + " after "), "errno " + text);
  }

  private static Seen diskRate(Cell cell) throws IOException {
    String wanted = "" + cell.limits().rates().ioMibPerSecond() * 1024L * 1024;
    for (Path directory : cell.host().cgroups().directories(cell.cgroup())) {
      for (String name : List.of("blkio.throttle.write_bps_device", "io.max")) {
        Path file = directory.resolve(name);
        if (Files.exists(file)) {
          String text = Files.readString(file).strip().replace('\n', ';');
          return new Seen(text.contains(wanted), text.isEmpty() ? "none" : text);
        }
      }
    }
    return new Seen(true, "none: this kernel has no rates of disks");
  }

  private static Seen networkRate(Cell cell) throws IOException {
    long wanted = cell.limits().rates().networkMbits() * 125_000L;
    try (var programs = new Programs()) {
      List<String> show = List.of(NodeNetwork.TC, "-j", "qdisc", "show", "dev");
      List<String> from = new java.util.ArrayList<>();
      from.addAll(List.of(NodeNetwork.NSENTER, "--net=" + cell.process().resolve("ns/net")));
      from.addAll(show);
      from.add("eth0");
      List<String> to = new java.util.ArrayList<>(show);
      to.add(cell.host().link(cell.address()));
      long sent = rate(programs.need(from));
      long received = rate(programs.need(to));
      return new Seen(
          sent == wanted && received == wanted,
          "bytes/s: " + sent + " from it, " + received + " to it");
    }
  }

  private static long rate(String shown) {
    Matcher rate = RATE.matcher(shown);
    return rate.find() ? Long.parseLong(rate.group(1)) : -1;
  }

  /** It gets its cgroup a moment after the start. */
  private static Seen shim(Cell cell) throws IOException {
    String pid = Files.readString(cell.host().shimPid(cell.cgroup())).strip();
    String own = cell.cgroup() + ".shim";
    for (int turn = 0; turn < TURNS; turn++) {
      if (Files.readAllLines(Path.of("/proc", pid, "cgroup")).stream()
          .anyMatch(line -> line.endsWith(own))) {
        return new Seen(true, "in " + own);
      }
      LockSupport.parkNanos(2_000_000);
    }
    return new Seen(false, "in no cgroup of its own");
  }

  private static Seen atMost(String count, int limit, String what) {
    boolean number = count.matches("\\d{1,9}");
    return new Seen(number && Integer.parseInt(count) <= limit, count + " " + what);
  }
}
