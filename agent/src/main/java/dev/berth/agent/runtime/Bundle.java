package dev.berth.agent.runtime;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.agent.image.IdRange;
import dev.berth.agent.image.StateLayout;
import dev.berth.agent.network.Switches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

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
    List<ContainerMounts.Mount> extraMounts) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** What engines give by default, for the test that leaves the defence out. */
  private static final List<String> USUAL_CAPABILITIES =
      List.of("CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_NET_RAW", "CAP_SETUID", "CAP_SYS_CHROOT");

  private static final int PERIOD_MICROS = 100_000;

  /**
   * What is the same for all containers of a node.
   *
   * @param runtimeSwitches the runtime sets switches of the kernel; else the agent does
   */
  record Common(
      Map<String, Object> seccomp,
      ProcessLimits processLimits,
      int cpus,
      boolean runtimeSwitches,
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
    config.put(
        "root",
        Map.of("path", root.toString(), "readonly", common.defences().has(Defence.READ_ONLY_ROOT)));
    config.put("hostname", hostname);
    config.put("mounts", mounts(common.defences()));
    config.put("linux", linux(common));
    return config;
  }

  private Map<String, Object> process(Common common) {
    Defences defences = common.defences();
    List<String> capabilities =
        defences.has(Defence.NO_CAPABILITIES) ? List.of() : USUAL_CAPABILITIES;
    Map<String, Object> process = new LinkedHashMap<>();
    process.put("terminal", false);
    process.put("user", user(defences));
    process.put("args", words);
    process.put(
        "env", environment.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
    process.put("cwd", defences.has(Defence.WORKING_DIRECTORY) ? "/app" : "/proc/self/fd");
    process.put(
        "capabilities",
        Map.of(
            "bounding", capabilities,
            "effective", capabilities,
            "permitted", capabilities,
            "inheritable", capabilities,
            "ambient", capabilities));
    process.put("rlimits", processLimits(common));
    process.put("noNewPrivileges", defences.has(Defence.NO_NEW_PRIVILEGES));
    return process;
  }

  private List<Object> processLimits(Common common) {
    Defences defences = common.defences();
    List<Object> ordered = new ArrayList<>();
    for (var limit : common.processLimits().of(limits)) {
      if (defences.has(defence(limit))) {
        ordered.add(Map.of("type", limit.type(), "soft", limit.value(), "hard", limit.value()));
      }
    }
    return ordered;
  }

  private static Defence defence(ProcessLimits.Limit limit) {
    return switch (limit.type()) {
      case "RLIMIT_NOFILE" -> Defence.OPEN_FILES_LIMIT;
      case "RLIMIT_CORE" -> Defence.NO_CORE_DUMPS;
      default -> Defence.PROCESS_LIMITS;
    };
  }

  private static Map<String, Object> user(Defences defences) {
    List<Integer> groups = defences.has(Defence.NO_GROUPS) ? List.of() : List.of(0);
    int app = IdRange.APP_USER;
    return Map.of("uid", app, "gid", app, "umask", 0022, "additionalGids", groups);
  }

  private List<Object> mounts(Defences defences) {
    List<ContainerMounts.Mount> mounts = new ArrayList<>(ContainerMounts.ofKernel());
    if (!defences.has(Defence.FEW_DEVICES)) {
      mounts.add(ContainerMounts.oneMoreDevice());
    }
    if (defences.has(Defence.MASKS)) {
      mounts.addAll(ContainerMounts.masks());
    }
    mounts.addAll(extraMounts);
    return List.copyOf(mounts.stream().map(mount -> mount.ordered(defences)).toList());
  }

  private Map<String, Object> linux(Common common) {
    boolean ownCgroups = common.defences().has(Defence.OWN_CGROUP_NAMESPACE);
    boolean ownNetwork = common.defences().has(Defence.OWN_NETWORK_NAMESPACE);
    long first = common.defences().has(Defence.OTHER_IDS_OUTSIDE) ? range.first() : 0;
    var ids = Map.of("containerID", 0, "hostID", first, "size", IdRange.SIZE);
    Map<String, Object> linux = new LinkedHashMap<>();
    linux.put(
        "namespaces",
        Stream.of("user", "pid", "mount", "network", "ipc", "uts", "cgroup")
            .filter(type -> !type.equals("cgroup") || ownCgroups)
            .filter(type -> !type.equals("network") || ownNetwork)
            .map(type -> Map.of("type", type))
            .toList());
    linux.put("uidMappings", List.of(ids));
    linux.put("gidMappings", List.of(ids));
    linux.put("cgroupsPath", cgroup);
    linux.put("resources", resources(common));
    if (common.defences().has(Defence.SYSTEM_CALL_FILTER)) {
      linux.put("seccomp", common.seccomp());
    }
    if (common.defences().has(Defence.MASKS)) {
      linux.put("maskedPaths", ContainerMounts.maskedFiles());
    }
    if (common.runtimeSwitches() && ownNetwork) {
      linux.put("sysctl", Switches.inside(common.defences()));
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
