package dev.berth.agent.oom;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Records of the kernel's log → kills.
 *
 * <p>Believes only what the kernel itself has logged: others may write to that log too, and a
 * process may choose its name. Confined to its reader.
 */
final class KillParser {
  private static final int KERNEL_FACILITY = 0;
  private static final int MOST_COMMAND = 15;
  private static final Pattern RECORD = Pattern.compile("(\\d+),(\\d+),(\\d+),[^;]*;(.*)");
  private static final Pattern KILLED =
      Pattern.compile(
          "(Memory cgroup out of memory|Out of memory[^:]*): Killed process (\\d+) \\((.*?)\\),?"
              + " total-vm:.*");
  private static final Pattern USER = Pattern.compile(".* UID:(\\d+) .*");
  private static final Pattern SUMMARY =
      Pattern.compile(
          "oom-kill:constraint=CONSTRAINT_MEMCG,.*?,oom_memcg=(.*),task_memcg=.*,pid=(\\d+),uid=.*");

  private record Summary(long pid, String group) {}

  private @Nullable Summary summary;

  Optional<Kill> feed(String text) {
    Matcher record = RECORD.matcher(text.lines().findFirst().orElse(""));
    if (!record.matches() || Long.parseLong(record.group(1)) >> 3 != KERNEL_FACILITY) {
      return Optional.empty();
    }
    String message = record.group(4);
    Matcher told = SUMMARY.matcher(message);
    if (told.matches()) {
      summary = new Summary(Long.parseLong(told.group(2)), told.group(1));
      return Optional.empty();
    }
    Matcher killed = KILLED.matcher(message);
    return killed.matches() ? Optional.of(kill(record, killed, message)) : Optional.empty();
  }

  private Kill kill(Matcher record, Matcher killed, String message) {
    long pid = Long.parseLong(killed.group(2));
    Matcher user = USER.matcher(message);
    Summary before = summary;
    Optional<String> group =
        before != null && before.pid() == pid ? Optional.of(before.group()) : Optional.empty();
    return new Kill(
        Long.parseLong(record.group(2)),
        Long.parseLong(record.group(3)),
        pid,
        user.matches() ? Long.parseLong(user.group(1)) : -1,
        command(killed.group(3)),
        killed.group(1).startsWith("Out of memory"),
        group);
  }

  private static String command(String text) {
    String plain = text.replaceAll("[^ -~]", "?");
    return plain.length() > MOST_COMMAND ? plain.substring(0, MOST_COMMAND) : plain;
  }
}
