package dev.berth.agent.runtime;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.agent.image.IdRange;
import dev.berth.agent.image.StateLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the OCI runtime is told about one container: {@code config.json}.
 *
 * <p>Everything a container must not have is left out here: capabilities, new privileges, the
 * host's namespaces and devices. The root is read-only; only /app, /tmp, /var/tmp and /run of the
 * instance's own upper layer are writable. Immutable.
 */
record Bundle(
    Path root,
    List<String> words,
    Map<String, String> environment,
    IdRange range,
    Limits limits,
    String cgroup,
    String hostname,
    List<Map<String, Object>> extraMounts) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> WRITABLE = List.of("app", "tmp", "var/tmp", "run");
  private static final List<String> HIDDEN_DIRECTORIES =
      List.of(
          "/proc/acpi",
          "/proc/asound",
          "/proc/scsi",
          "/sys/firmware",
          "/sys/devices/virtual/powercap");
  private static final List<String> HIDDEN_FILES =
      List.of(
          "/proc/kcore",
          "/proc/keys",
          "/proc/key-users",
          "/proc/kallsyms",
          "/proc/latency_stats",
          "/proc/timer_list",
          "/proc/timer_stats",
          "/proc/sched_debug",
          "/proc/interrupts");

  /** What engines give by default, for the test that leaves the defence out. */
  private static final List<String> USUAL_CAPABILITIES =
      List.of("CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_NET_RAW", "CAP_SETUID", "CAP_SYS_CHROOT");

  private static final int PERIOD_MICROS = 100_000;

  /** What is the same for all containers of a node. */
  record Common(
      Map<String, Object> seccomp,
      long mostOpenFiles,
      int cpus,
      boolean ipv6Switch,
      Defences defences) {}

  void write(Path directory, Common common) throws IOException {
    StateLayout.directory(directory, "rwx------");
    Path file = directory.resolve("config.json");
    JSON.writeValue(file.toFile(), config(common));
    Files.setPosixFilePermissions(
        file, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
  }

  private Map<String, Object> config(Common common) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("ociVersion", "1.0.2");
    config.put("process", process(common));
    config.put("root", Map.of("path", root.toString(), "readonly", true));
    config.put("hostname", hostname);
    config.put("mounts", mounts());
    config.put("linux", linux(common));
    return config;
  }

  private Map<String, Object> process(Common common) {
    Defences defences = common.defences();
    List<String> capabilities =
        defences.has(Defence.NO_CAPABILITIES) ? List.of() : USUAL_CAPABILITIES;
    Map<String, Object> process = new LinkedHashMap<>();
    process.put("terminal", false);
    process.put("user", Map.of("uid", IdRange.APP_USER, "gid", IdRange.APP_USER, "umask", 0022));
    process.put("args", words);
    process.put(
        "env", environment.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
    process.put("cwd", "/app");
    process.put(
        "capabilities",
        Map.of(
            "bounding", capabilities,
            "effective", capabilities,
            "permitted", capabilities,
            "inheritable", capabilities,
            "ambient", capabilities));
    long files =
        defences.has(Defence.OPEN_FILES_LIMIT) ? openFiles(common) : common.mostOpenFiles();
    process.put(
        "rlimits",
        List.of(
            Map.of("type", "RLIMIT_NOFILE", "soft", files, "hard", files),
            Map.of("type", "RLIMIT_CORE", "soft", 0, "hard", 0)));
    process.put("noNewPrivileges", defences.has(Defence.NO_NEW_PRIVILEGES));
    return process;
  }

  long openFiles(Common common) {
    return Math.min(limits.openFiles(), common.mostOpenFiles());
  }

  private List<Object> mounts() {
    List<Object> mounts = new ArrayList<>();
    // Read-only as a whole: a read-only bind below it would lose nosuid.
    mounts.add(mount("/proc", "proc", "nosuid", "noexec", "nodev", "ro"));
    mounts.add(mount("/dev", "tmpfs", "nosuid", "noexec", "strictatime", "mode=755", "size=64k"));
    mounts.add(
        mount(
            "/dev/pts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"));
    mounts.add(mount("/dev/shm", "tmpfs", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k"));
    mounts.add(mount("/dev/mqueue", "mqueue", "nosuid", "noexec", "nodev"));
    mounts.add(mount("/sys", "sysfs", "nosuid", "noexec", "nodev", "ro"));
    mounts.add(mount("/sys/fs/cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", "ro"));
    for (String hidden : HIDDEN_DIRECTORIES) {
      if (Files.isDirectory(Path.of(hidden))) {
        mounts.add(
            mount(hidden, "tmpfs", "nosuid", "noexec", "nodev", "ro", "size=4k", "mode=555"));
      }
    }
    mounts.addAll(extraMounts);
    return mounts;
  }

  /** Binds of the instance's own writable directories. */
  static List<Map<String, Object>> writable(Path root) {
    return WRITABLE.stream().map(name -> bind("/" + name, root.resolve(name), "rw")).toList();
  }

  static Map<String, Object> bind(String destination, Path source, String access) {
    return Map.of(
        "destination",
        destination,
        "type",
        "bind",
        "source",
        source.toString(),
        "options",
        List.of("bind", access, "nosuid", "nodev"));
  }

  private static Map<String, Object> mount(String destination, String type, String... options) {
    return Map.of(
        "destination", destination, "type", type, "source", type, "options", List.of(options));
  }

  private Map<String, Object> linux(Common common) {
    var ids = Map.of("containerID", 0, "hostID", range.first(), "size", IdRange.SIZE);
    Map<String, Object> linux = new LinkedHashMap<>();
    linux.put(
        "namespaces",
        List.of("user", "pid", "mount", "network", "ipc", "uts", "cgroup").stream()
            .map(type -> Map.of("type", type))
            .toList());
    linux.put("uidMappings", List.of(ids));
    linux.put("gidMappings", List.of(ids));
    linux.put("cgroupsPath", cgroup);
    linux.put("resources", resources(common));
    if (common.defences().has(Defence.SYSTEM_CALL_FILTER)) {
      linux.put("seccomp", common.seccomp());
    }
    linux.put(
        "maskedPaths", HIDDEN_FILES.stream().filter(path -> Files.exists(Path.of(path))).toList());
    if (common.ipv6Switch()) {
      linux.put(
          "sysctl",
          Map.of("net.ipv6.conf.all.disable_ipv6", "1", "net.ipv6.conf.default.disable_ipv6", "1"));
    }
    return linux;
  }

  private Map<String, Object> resources(Common common) {
    Defences defences = common.defences();
    Map<String, Object> resources = new LinkedHashMap<>();
    if (defences.has(Defence.MEMORY_LIMIT)) {
      resources.put("memory", Map.of("limit", memoryBytes(), "swap", memoryBytes()));
    }
    if (defences.has(Defence.CPU_LIMIT)) {
      resources.put("cpu", Map.of("quota", quotaMicros(common), "period", PERIOD_MICROS));
    }
    if (defences.has(Defence.PIDS_LIMIT)) {
      resources.put("pids", Map.of("limit", limits.pids()));
    }
    resources.put("devices", List.of(Map.of("allow", false, "access", "rwm")));
    return resources;
  }

  long quotaMicros(Common common) {
    return cpuMillis(common) * (long) PERIOD_MICROS / 1000;
  }

  long memoryBytes() {
    return limits.memoryMib() * 1024L * 1024;
  }

  int cpuMillis(Common common) {
    return Math.min(limits.cpuMillis(), common.cpus() * 1000);
  }
}
