package dev.berth.agent.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The system calls that containers may make.
 *
 * <p>The maintained profile of the containers project, as it is for a process without any
 * capability, on x86-64 only; less nested namespaces, mounts, keyrings, bpf, io_uring, tracing and
 * every socket but unix, TCP, UDP and ping.
 */
final class SeccompProfile {
  static final Path MAINTAINED = Path.of("/usr/share/containers/seccomp.json");
  private static final int ENOSYS = 38;
  private static final int EPERM = 1;

  private static final Set<String> DENIED =
      Set.copyOf(
          List.of(
              "unshare",
              "setns",
              "mount",
              "umount",
              "umount2",
              "pivot_root",
              "open_tree",
              "open_tree_attr",
              "move_mount",
              "fsopen",
              "fsconfig",
              "fsmount",
              "fspick",
              "mount_setattr",
              "keyctl",
              "add_key",
              "request_key",
              "bpf",
              "userfaultfd",
              "perf_event_open",
              "ptrace",
              "process_vm_readv",
              "process_vm_writev",
              "pidfd_getfd",
              "modify_ldt",
              "kexec_load",
              "kexec_file_load",
              "init_module",
              "finit_module",
              "delete_module",
              "create_module",
              "query_module",
              "name_to_handle_at",
              "open_by_handle_at",
              "chroot",
              "mknod",
              "mknodat",
              "swapon",
              "swapoff",
              "reboot",
              "syslog",
              "acct",
              "quotactl",
              "quotactl_fd",
              "fanotify_init",
              "fanotify_mark",
              "vhangup",
              "lookup_dcookie"));
  private static final Set<String> ABSENT =
      Set.copyOf(List.of("clone3", "io_uring_setup", "io_uring_enter", "io_uring_register"));
  private static final Set<String> BY_ARGUMENT =
      Set.copyOf(List.of("clone", "socket", "socketpair", "personality", "sync"));

  /** One kind of socket: TCP, UDP and ping, and no protocol that the kernel would first load. */
  private record Kind(long family, long type, long protocol) {
    Map<String, Object> rule() {
      return allowIf(
          "socket",
          List.of(
              argument(0, family, null, "SCMP_CMP_EQ"),
              argument(1, TYPE_MASK, type, "SCMP_CMP_MASKED_EQ"),
              argument(2, protocol, null, "SCMP_CMP_EQ")));
    }
  }

  private static final long TYPE_MASK = 0xF;
  private static final List<Kind> SOCKETS =
      List.of(
          new Kind(2, 1, 0),
          new Kind(2, 1, 6),
          new Kind(2, 2, 0),
          new Kind(2, 2, 17),
          new Kind(2, 2, 1),
          new Kind(10, 1, 0),
          new Kind(10, 1, 6),
          new Kind(10, 2, 0),
          new Kind(10, 2, 17),
          new Kind(10, 2, 58));

  /** Every CLONE_NEW… flag, the one for time namespaces included. */
  private static final long NAMESPACE_FLAGS = 0x7E02_0080L;

  private SeccompProfile() {}

  static Map<String, Object> load(Path maintained) throws IOException {
    JsonNode source = new ObjectMapper().readTree(maintained.toFile());
    var allowed = new TreeSet<String>();
    for (JsonNode rule : source.required("syscalls")) {
      if (applies(rule)
          && rule.required("action").asText().equals("SCMP_ACT_ALLOW")
          && rule.path("args").isEmpty()) {
        rule.required("names").forEach(name -> allowed.add(name.asText()));
      }
    }
    allowed.removeAll(DENIED);
    allowed.removeAll(ABSENT);
    allowed.removeAll(BY_ARGUMENT);
    if (!allowed.contains("execve") || !allowed.contains("read")) {
      throw new IOException(
          maintained + " allows neither read nor execve; is it a seccomp profile?");
    }
    List<Object> rules = new ArrayList<>();
    rules.add(Map.of("names", List.copyOf(allowed), "action", "SCMP_ACT_ALLOW"));
    rules.add(refuse(List.copyOf(new TreeSet<>(DENIED)), EPERM));
    // Else one instance makes every disk of the host write. What it writes is gone with it anyway.
    rules.add(refuse(List.of("sync"), 0));
    rules.add(allowIf("clone", List.of(argument(0, NAMESPACE_FLAGS, 0L, "SCMP_CMP_MASKED_EQ"))));
    rules.add(allowIf("socket", List.of(argument(0, 1, null, "SCMP_CMP_EQ"))));
    SOCKETS.forEach(socket -> rules.add(socket.rule()));
    rules.add(allowIf("socketpair", List.of(argument(0, 1, null, "SCMP_CMP_EQ"))));
    for (long persona : new long[] {0, 8, 0x20000, 0x20008, 0xFFFFFFFFL}) {
      rules.add(allowIf("personality", List.of(argument(0, persona, null, "SCMP_CMP_EQ"))));
    }
    Map<String, Object> profile = new LinkedHashMap<>();
    profile.put("defaultAction", "SCMP_ACT_ERRNO");
    profile.put("defaultErrnoRet", ENOSYS); // so that libraries fall back to older calls
    profile.put("architectures", List.of("SCMP_ARCH_X86_64"));
    profile.put("syscalls", rules);
    return profile;
  }

  private static boolean applies(JsonNode rule) {
    JsonNode arches = rule.path("includes").path("arches");
    boolean here = arches.isMissingNode() || arches.isEmpty();
    for (JsonNode arch : arches) {
      here |= arch.asText().equals("amd64");
    }
    return here && rule.path("includes").path("caps").isEmpty();
  }

  private static Map<String, Object> refuse(List<String> names, int errno) {
    return Map.of("names", names, "action", "SCMP_ACT_ERRNO", "errnoRet", errno);
  }

  private static Map<String, Object> allowIf(String name, List<Map<String, Object>> arguments) {
    return Map.of("names", List.of(name), "action", "SCMP_ACT_ALLOW", "args", arguments);
  }

  private static Map<String, Object> argument(
      int index, long value, @Nullable Long second, String operator) {
    Map<String, Object> argument = new LinkedHashMap<>();
    argument.put("index", index);
    argument.put("value", value);
    if (second != null) {
      argument.put("valueTwo", second);
    }
    argument.put("op", operator);
    return argument;
  }
}
