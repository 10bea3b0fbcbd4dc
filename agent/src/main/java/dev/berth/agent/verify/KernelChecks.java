package dev.berth.agent.verify;

import dev.berth.agent.runtime.Defence;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which system calls a container may make.
 *
 * <p>Each call is made with arguments that do no harm, and on which the kernel itself answers
 * otherwise than the filter does, for one call of each group at least.
 */
final class KernelChecks {
  private static final int EPERM = 1;
  private static final int ENOSYS = 38;
  private static final int KILLED = 31;

  /** A 32-bit program of 93 bytes that ends with 42 by the old gate of the kernel. */
  private static final String OLD_ABI_PROGRAM =
      """
      my $code = pack("H*", "b801000000bb2a000000cd80");
      my $head = pack("C16 v2 V5 v6", 127, 69, 76, 70, 1, 1, 1, (0) x 9, 2, 3, 1, 0x8048054, 52, 0,
        0, 52, 32, 1, 0, 0, 0);
      my $part = pack("V8", 1, 0, 0x8048000, 0x8048000, 84 + length $code, 84 + length $code, 5, 4096);
      open(my $file, ">", "/tmp/old") or die $!;
      print $file $head . $part . $code;
      close $file;
      chmod 0755, "/tmp/old";
      my $end = system { "/tmp/old" } "old";
      unlink "/tmp/old";
      print $end == -1 ? "not executed" : $end & 127 ? "signal " . ($end & 127) : "exit " . ($end >> 8);
      """;

  /** One call, its arguments as Perl, and the error the filter gives. */
  private record Call(String name, int number, String arguments, int error) {}

  private KernelChecks() {}

  static List<Check> all() {
    return Stream.of(filesAndMemory(), restOfTheKernel()).flatMap(List::stream).toList();
  }

  private static List<Check> filesAndMemory() {
    return List.of(
        refused(
            "no-new-namespaces",
            "CVE-2022-0185 CVE-2022-0492 CVE-2024-1086",
            new Call("unshare", 272, "0x10000000", EPERM),
            new Call("setns", 308, "-1, 0", EPERM),
            new Call("clone", 56, "0x10000011, 0, 0, 0, 0", ENOSYS),
            new Call("clone3", 435, "0, 0", ENOSYS)),
        refused(
            "no-mounts",
            "CVE-2022-0185 CVE-2023-0386",
            new Call("mount", 165, "0, 1, 0, 0, 0", EPERM),
            new Call("umount2", 166, "1, 0", EPERM),
            new Call("pivot_root", 155, "1, 1", EPERM),
            new Call("chroot", 161, "1", EPERM),
            new Call("open_tree", 428, "-1, 1, 0", EPERM),
            new Call("move_mount", 429, "-1, 1, -1, 1, 0", EPERM),
            new Call("fsopen", 430, "1, 0", EPERM),
            new Call("fsconfig", 431, "-1, 0, 0, 0, 0", EPERM),
            new Call("fsmount", 432, "-1, 0, 0", EPERM),
            new Call("fspick", 433, "-1, 1, 0", EPERM),
            new Call("mount_setattr", 442, "-1, 1, 0, 0, 0", EPERM),
            new Call("open_by_handle_at", 304, "-1, 1, 0", EPERM)),
        refused(
            "no-keyrings",
            "keys of the host",
            new Call("keyctl", 250, "0, -3, 0", EPERM),
            new Call("add_key", 248, "1, 1, 0, 0, -3", EPERM),
            new Call("request_key", 249, "1, 1, 0, -3", EPERM)),
        refused(
            "no-kernel-programs",
            "bpf, perf, userfaultfd, io_uring",
            new Call("bpf", 321, "0, 1, 0", EPERM),
            new Call("perf_event_open", 298, "1, 0, -1, -1, 0", EPERM),
            new Call("userfaultfd", 323, "0x1001", EPERM),
            new Call("io_uring_setup", 425, "1, 1", ENOSYS),
            new Call("io_uring_enter", 426, "-1, 0, 0, 0, 0, 0", ENOSYS),
            new Call("io_uring_register", 427, "-1, 0, 0, 0", ENOSYS),
            new Call("modify_ldt", 154, "0, 1, 0", EPERM)),
        refused(
            "no-tracing",
            "memory of other processes",
            new Call("ptrace", 101, "16, 999999, 0, 0", EPERM),
            new Call("process_vm_readv", 310, "$$, 0, 0, 0, 0, 0", EPERM),
            new Call("process_vm_writev", 311, "$$, 0, 0, 0, 0, 0", EPERM),
            new Call("pidfd_getfd", 438, "-1, 0, 0", EPERM)));
  }

  private static List<Check> restOfTheKernel() {
    return List.of(
        refused(
            "no-kernel-modules",
            "modules, kexec, the kernel's log",
            new Call("init_module", 175, "1, 0, 1", EPERM),
            new Call("finit_module", 313, "-1, 1, 0", EPERM),
            new Call("delete_module", 176, "1, 0", EPERM),
            new Call("create_module", 174, "1, 0", EPERM), // which no kernel knows any more
            new Call("query_module", 178, "1, 0, 0, 0, 0", EPERM),
            new Call("kexec_load", 246, "0, 0, 0, 0", EPERM),
            new Call("kexec_file_load", 320, "-1, -1, 0, 0, 0", EPERM),
            new Call("syslog", 103, "10, 0, 0", EPERM),
            new Call("reboot", 169, "0, 0, 0, 0", EPERM)),
        refused(
            "few-socket-families",
            "CVE-2024-1086 CVE-2021-43784",
            socket("netlink", "16, 3, 0"),
            socket("nftables", "16, 3, 12"),
            socket("packet", "17, 3, 0"),
            socket("key", "15, 3, 2"),
            socket("tipc", "30, 2, 0"),
            socket("alg", "38, 5, 0"),
            socket("vsock", "40, 1, 0"),
            socket("xdp", "44, 3, 0"),
            socket("raw", "2, 3, 1"),
            socket("sctp", "2, 1, 132"),
            socket("dccp", "2, 6, 33")),
        Check.of(
                "no-old-abi",
                "CVE-2010-3301",
                "a 32-bit program is killed at its first call",
                cell -> Seen.exactly("signal " + KILLED, cell.inside(OLD_ABI_PROGRAM)))
            .noticing(Defence.SYSTEM_CALL_FILTER),
        Check.of(
                "no-x32-abi",
                "CVE-2014-0038",
                "a call by its x32 number is the last",
                cell -> Seen.exactly("signal " + KILLED, cell.inside(asChild("39 | 0x40000000"))))
            .noticing(Defence.SYSTEM_CALL_FILTER));
  }

  private static Call socket(String name, String arguments) {
    return new Call(name, 41, arguments, ENOSYS);
  }

  private static Check refused(String name, String guards, Call... calls) {
    return Check.of(
            name, guards, "every call is refused by the filter", cell -> refused(cell, calls))
        .quickly()
        .noticing(Defence.SYSTEM_CALL_FILTER);
  }

  private static Seen refused(Cell cell, Call[] calls) throws IOException {
    var program = new StringBuilder();
    for (Call call : calls) {
      program.append(
          """
          { my $result = syscall(%1$d, %2$s); my $error = $result < 0 ? $! + 0 : 0;
            if ($result == 0 && %1$d == 56) { syscall(231, 0) }
            print "%3$s gave $error, not %4$d; " if $error != %4$d; }
          """
              .formatted(call.number(), call.arguments(), call.name(), call.error()));
    }
    return Seen.nothingOf(cell.inside(program.toString()), calls.length + " refused");
  }

  /** How a child ends that makes this call. */
  private static String asChild(String number) {
    return """
    my $child = fork;
    if (!$child) { syscall(%s); syscall(231, 0) }
    waitpid $child, 0;
    print $? & 127 ? "signal " . ($? & 127) : "exit " . ($? >> 8);
    """
        .formatted(number);
  }
}
