package dev.berth.agent.verify;

import dev.berth.agent.runtime.Defence;
import java.io.IOException;
import java.util.List;

/**
 * Which system calls a container may make.
 *
 * <p>Each call is made with arguments that would be harmless, and on which the kernel itself would
 * answer otherwise than the filter does, at least for one call of each group.
 */
final class KernelChecks {
  private static final int EPERM = 1;
  private static final int ENOSYS = 38;

  /** One call, its arguments as Perl, and the error the filter gives. */
  private record Call(String name, int number, String arguments, int error) {}

  private KernelChecks() {}

  static List<Check> all() {
    return List.of(
        refused(
            "no-new-namespaces",
            "CVE-2022-0185 CVE-2022-0492 CVE-2024-1086",
            new Call("unshare", 272, "0x10000000", EPERM),
            new Call("setns", 308, "-1, 0", EPERM),
            new Call("clone", 56, "0x10000011, 0, 0, 0, 0", ENOSYS),
            new Call("clone3", 435, "0, 0", ENOSYS)));
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
}
