package dev.berth.agent.verify;

import dev.berth.agent.linux.MountTable;
import dev.berth.agent.runtime.Defence;
import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a container sees of files: mounts, the kernel's files, devices, set-user-id programs. */
final class FileChecks {
  /** Hidden where the host has them. Deliberately not the list that hides them. */
  private static final String MASKED_FILES =
      "kcore keys key-users kallsyms kmsg timer_list sched_debug interrupts diskstats partitions";

  private static final String MASKED_DIRECTORIES =
      "/proc/acpi /proc/scsi /sys/firmware /sys/devices/virtual/block /sys/devices/virtual/powercap";

  private FileChecks() {}

  static List<Check> all() {
    return Stream.of(mountsAndKernelFiles(), imagesAndDevices()).flatMap(List::stream).toList();
  }

  private static List<Check> mountsAndKernelFiles() {
    return List.of(
        mounts(
                "mounts-nosuid",
                "CVE-2023-0386 CVE-2023-2640",
                "every mount is nosuid",
                "nosuid",
                path -> false)
            .noticing(Defence.NO_SET_USER_ID),
        mounts(
                "mounts-nodev",
                "devices of an image",
                "every mount but terminals and single devices is nodev",
                "nodev",
                FileChecks::isDevice)
            .noticing(Defence.NO_DEVICES),
        mounts(
                "mounts-noexec",
                "programs in memory",
                "every mount but the images, /app and /tmp is noexec",
                "noexec",
                List.of("/", "/app", "/tmp")::contains)
            .noticing(Defence.NO_PROGRAMS),
        Check.of(
                "kernel-files-genuine",
                "CVE-2019-19921 CVE-2023-27561 CVE-2025-52881",
                "proc, sys and pts by their magic numbers",
                FileChecks::magic)
            .quickly()
            .noticing(Defence.GENUINE_KERNEL_FILES),
        Check.of(
                "kernel-files-read-only",
                "CVE-2022-0492 CVE-2023-25809",
                "read-only, as the kernel says when they are touched",
                FileChecks::readOnly)
            .quickly()
            .noticing(Defence.READ_ONLY_KERNEL_FILES),
        Check.of(
                "kernel-files-masked",
                "CVE-2025-31133",
                "empty, and covered with the null device 1:3",
                FileChecks::masked)
            .quickly()
            .noticing(Defence.MASKS));
  }

  private static List<Check> imagesAndDevices() {
    return List.of(
        Check.of(
                "root-read-only",
                "changed base images",
                "the root, /etc and /usr refuse even their time",
                cell -> touched(cell, "/ /etc /etc/passwd /usr /usr/bin/perl /dev/null"))
            .quickly()
            .noticing(Defence.READ_ONLY_ROOT),
        Check.of(
                "few-devices",
                "CVE-2025-52565",
                "six devices, one terminal multiplexer, nothing else",
                FileChecks::devices)
            .quickly()
            .noticing(Defence.FEW_DEVICES),
        Check.of(
                "device-of-image-dead",
                "devices of an image",
                "the devices that a slug brought can't be opened",
                cell ->
                    Seen.nothingOf(
                        cell.inside(
                            """
                            for (qw(device memory disk)) {
                              print "$_; " if !-e "/app/$_" || open(my $file, "<", "/app/$_");
                            }
                            """),
                        "three refused"))
            .noticing(Defence.NO_DEVICES),
        Check.of(
            "set-user-id-without-effect",
            "set-user-id programs",
            "1000, also after a program of root's that is set-user-id",
            cell ->
                Seen.exactly(
                    "104755 1000",
                    cell.inside(
                        """
                        printf "%o ", (stat "/usr/bin/setuid")[2];
                        $ENV{LANG} = "C";
                        my $child = fork;
                        exec "/usr/bin/setuid", "-e", 'print $>' if !$child;
                        waitpid $child, 0;
                        """))),
        Check.of(
                "plain-overlay",
                "CVE-2023-0386",
                "neither redirects nor metacopy",
                FileChecks::overlay)
            .noticing(Defence.PLAIN_OVERLAY));
  }

  private static Check mounts(
      String name, String guards, String expected, String flag, Predicate<String> exception) {
    return Check.of(name, guards, expected, cell -> mounts(cell, flag, exception)).quickly();
  }

  private static Seen mounts(Cell cell, String flag, Predicate<String> exception)
      throws IOException {
    var mounts = MountTable.read(cell.process().resolve("mountinfo"));
    String without =
        mounts.stream()
            .filter(mount -> !mount.options().contains(flag))
            .map(mount -> mount.target().toString())
            .filter(exception.negate())
            .collect(Collectors.joining(" "));
    return Seen.nothingOf(without, mounts.size() + " mounts");
  }

  /** Terminals, and the mounts of single nodes: our six devices, and the covers made of one. */
  private static boolean isDevice(String path) {
    return path.equals("/dev/pts")
        || path.matches("/dev/(null|zero|full|random|urandom|tty)")
        || List.of(MASKED_FILES.split(" ", -1)).contains(path.replace("/proc/", ""))
        || path.matches("/proc/(latency_stats|timer_stats)");
  }

  private static Seen magic(Cell cell) throws IOException {
    String seen =
        cell.inside(
            """
            for (qw(/proc /sys /dev/pts)) {
              my $answer = "\\0" x 120;
              my $path = $_;
              print "$path unreadable " if syscall(137, $path, $answer) != 0;
              printf "%s %x ", $path, unpack("Q", $answer);
            }
            """);
    return Seen.exactly("/proc 9fa0 /sys 62656572 /dev/pts 1cd1", seen.strip());
  }

  private static Seen readOnly(Cell cell) throws IOException {
    return touched(
        cell,
        "/proc /proc/sys/kernel/core_pattern /proc/sysrq-trigger /proc/self/attr/exec"
            + " /proc/sys/net/ipv4/ip_forward /proc/irq /proc/bus /sys /sys/kernel /sys/module"
            + " /sys/kernel/uevent_helper /sys/fs/cgroup/cgroup.procs"
            + " /sys/fs/cgroup/memory/release_agent /sys/fs/cgroup/memory/cgroup.procs"
            + " /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/pids/pids.max");
  }

  /** A change of times is refused as read-only before anybody asks who wants it. */
  private static Seen touched(Cell cell, String paths) throws IOException {
    String seen =
        cell.inside(
            """
            for (qw(%s)) {
              next if !-e $_;
              my $done = utime(undef, undef, $_);
              print "$_ ", $done ? "was changed" : "gave " . ($! + 0), "; " if $done || $! != 30;
              print "$_ was written; " if -f $_ && open(my $file, ">>", $_);
            }
            """
                .formatted(paths));
    return Seen.nothingOf(seen, "all read-only");
  }

  private static Seen masked(Cell cell) throws IOException {
    String seen =
        cell.inside(
            """
            for (map "/proc/$_", qw(%s)) {
              my @stat = stat $_ or next;
              my @null = stat "/dev/null";
              print "$_ is open; " if $stat[6] != 0x103 || $stat[0] != $null[0];
            }
            for (qw(%s)) {
              opendir(my $directory, $_) or next;
              print "$_ is open; " if grep !/^[.]/, readdir $directory;
            }
            """
                .formatted(MASKED_FILES, MASKED_DIRECTORIES));
    return Seen.nothingOf(seen, "all covered");
  }

  private static Seen devices(Cell cell) throws IOException {
    String seen =
        cell.inside(
            """
            my %known = (null => 0x103, zero => 0x105, full => 0x107, random => 0x108,
              urandom => 0x109, tty => 0x500);
            my %links = (core => 1, fd => 1, ptmx => 1, stdin => 1, stdout => 1, stderr => 1);
            opendir(my $directory, "/dev") or die $!;
            for (grep !/^[.]/, readdir $directory) {
              next if -l "/dev/$_" && $links{$_} || /^(pts|shm|mqueue)$/ && -d "/dev/$_";
              my @stat = lstat "/dev/$_";
              print "$_ " if !-c _ || !$known{$_} || $stat[6] != $known{$_};
              delete $known{$_};
            }
            print "no $_ " for keys %known;
            opendir($directory, "/dev/pts") or die $!;
            print "pts/$_ " for grep !/^([.]+|ptmx)$/, readdir $directory;
            """);
    return Seen.nothingOf(seen, "as it should be");
  }

  private static Seen overlay(Cell cell) throws IOException {
    String options =
        MountTable.read(cell.process().resolve("mountinfo")).stream()
            .filter(mount -> mount.type().equals("overlay"))
            .map(MountTable.Mount::superOptions)
            .distinct()
            .collect(Collectors.joining(" "));
    boolean plain =
        options.contains("redirect_dir=nofollow")
            && !options.contains("metacopy=on")
            && !options.contains(" ");
    return new Seen(plain, options.replaceAll("(lower|upper|work)dir=[^,]*,?", ""));
  }
}
