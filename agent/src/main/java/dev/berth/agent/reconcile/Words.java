package dev.berth.agent.reconcile;

import java.time.Duration;
import java.util.Locale;

/** How times and ends are said to a tenant. */
final class Words {
  private Words() {}

  static String duration(Duration duration) {
    long millis = duration.toMillis();
    if (millis < 10_000) {
      return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    }
    if (millis < 120_000) {
      return millis / 1000 + " s";
    }
    return millis / 60_000 + " min";
  }

  static String end(int code) {
    return switch (code) {
      case Report.Ended.UNKNOWN_CODE -> "ended; its exit code was lost";
      case 137 -> "was killed (SIGKILL, code 137)";
      case 143 -> "ended on SIGTERM (code 143)";
      case 139 -> "crashed (SIGSEGV, code 139)";
      case 134 -> "aborted (SIGABRT, code 134)";
      case 127 -> "ended with code 127: the command was not found";
      case 126 -> "ended with code 126: the command cannot be executed";
      default ->
          code > 128 && code < 193
              ? "was ended by signal " + (code - 128) + " (code " + code + ")"
              : "ended with code " + code;
    };
  }

  static String nextStart(Duration delay) {
    return delay.isZero() ? "it is started again at once" : "next start in " + duration(delay);
  }
}
