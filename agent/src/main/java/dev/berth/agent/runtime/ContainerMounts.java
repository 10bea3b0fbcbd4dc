package dev.berth.agent.runtime;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The mounts of a container: what the runtime is told to make, and what must be found afterwards.
 *
 * <p>Nothing is set-user-id or a device anywhere, save the terminals of the instance's own devpts
 * and the six devices that are mounted one by one. Programs start from the images, /app and /tmp
 * alone.
 */
final class ContainerMounts {
  /** The devices of each container; each is a mount of a node that the agent made. */
  static final List<String> DEVICES = List.of("full", "null", "random", "tty", "urandom", "zero");

  private static final List<Writable> WRITABLE =
      List.of(
          new Writable("app", true),
          new Writable("tmp", true),
          new Writable("var/tmp", false),
          new Writable("run", false));

  private static final List<String> HIDDEN_DIRECTORIES =
      List.of(
          "/proc/acpi",
          "/proc/asound",
          "/proc/scsi",
          "/sys/firmware",
          "/sys/devices/virtual/block", // names the files and counts the work of other tenants
          "/sys/devices/virtual/dmi",
          "/sys/devices/virtual/powercap");
  private static final List<String> HIDDEN_FILES =
      List.of(
          "/proc/kcore",
          "/proc/keys",
          "/proc/key-users",
          "/proc/kallsyms",
          "/proc/kmsg",
          "/proc/latency_stats",
          "/proc/timer_list",
          "/proc/timer_stats",
          "/proc/sched_debug",
          "/proc/interrupts",
          "/proc/diskstats",
          "/proc/partitions");

  /** A directory of the instance's own upper layer. */
  private record Writable(String name, boolean programs) {}

  /** One mount, in the runtime's words. */
  record Mount(String target, String type, String source, List<String> options) {
    private static final List<String> FLAGS = List.of("ro", "nosuid", "nodev", "noexec");

    /** The flags that the kernel must show. */
    List<String> flags() {
      return options.stream().filter(FLAGS::contains).toList();
    }

    Map<String, Object> ordered(Defences defences) {
      List<String> kept = options.stream().filter(option -> isOn(option, defences)).toList();
      String made = ordered(type, target, defences);
      return Map.of("destination", target, "type", made, "source", source, "options", kept);
    }

    /** Without the defences: terminals that the kernel knows nothing of, memory without a limit. */
    private static String ordered(String type, String target, Defences defences) {
      return switch (target) {
        case "/dev/pts" -> defences.has(Defence.GENUINE_KERNEL_FILES) ? type : "ramfs";
        case "/dev/shm" -> defences.has(Defence.COUNTED_SHARED_MEMORY) ? type : "ramfs";
        default -> type;
      };
    }

    private static boolean isOn(String option, Defences defences) {
      return switch (option) {
        case "nosuid" -> defences.has(Defence.NO_SET_USER_ID);
        case "nodev" -> defences.has(Defence.NO_DEVICES);
        case "noexec" -> defences.has(Defence.NO_PROGRAMS);
        case "ro" -> defences.has(Defence.READ_ONLY_KERNEL_FILES);
        default -> true;
      };
    }
  }

  private ContainerMounts() {}

  /** What every container has of the kernel's, in the order in which it is mounted. */
  static List<Mount> ofKernel() {
    List<Mount> mounts = new ArrayList<>();
    // Read-only as a whole: a read-only bind below it would lose nosuid.
    mounts.add(of("/proc", "proc", "nosuid", "noexec", "nodev", "ro"));
    mounts.add(
        of("/dev", "tmpfs", "nosuid", "noexec", "nodev", "strictatime", "mode=755", "size=64k"));
    mounts.add(
        of("/dev/pts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"));
    mounts.add(of("/dev/shm", "tmpfs", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k"));
    mounts.add(of("/dev/mqueue", "mqueue", "nosuid", "noexec", "nodev"));
    mounts.add(of("/sys", "sysfs", "nosuid", "noexec", "nodev", "ro"));
    mounts.add(of("/sys/fs/cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", "ro"));
    return mounts;
  }

  /** For a test: none should have it. */
  static Mount oneMoreDevice() {
    return bind("/dev/more", Path.of("/dev/null"), List.of("rw", "nosuid", "noexec"));
  }

  /** Empty directories over what tells of the host. */
  static List<Mount> masks() {
    return HIDDEN_DIRECTORIES.stream()
        .filter(hidden -> Files.isDirectory(Path.of(hidden)))
        .map(
            hidden -> of(hidden, "tmpfs", "nosuid", "noexec", "nodev", "ro", "size=4k", "mode=555"))
        .toList();
  }

  /** Files that tell of the host; each is covered with the null device. */
  static List<String> maskedFiles() {
    return HIDDEN_FILES.stream().filter(path -> Files.exists(Path.of(path))).toList();
  }

  /** Binds of the instance's own writable directories. */
  static List<Mount> writable(Path root) {
    return WRITABLE.stream()
        .map(each ->
            bind(
                "/" + each.name(),
                root.resolve(each.name()),
                each.programs()
                    ? List.of("rw", "nosuid", "nodev")
                    : List.of("rw", "nosuid", "nodev", "noexec", "rnoexec")))
        .toList();
  }

  static Mount bind(String target, Path source, List<String> access) {
    List<String> options = new ArrayList<>(List.of("bind"));
    options.addAll(access);
    return new Mount(target, "bind", source.toString(), options);
  }

  private static Mount of(String target, String type, String... options) {
    return new Mount(target, type, type, List.of(options));
  }
}
