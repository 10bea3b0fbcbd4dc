package dev.berth.agent.oom;

import dev.berth.agent.cgroup.Cgroups;
import dev.berth.agent.image.IdRange;
import dev.berth.agent.oom.MemoryKills.At;
import dev.berth.agent.oom.MemoryKills.Main;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Says which kills for want of memory a container had, from the kernel's counters and log.
 *
 * <p>The counter of its cgroup says how many; the log says who. The log is a moment behind the
 * counter, so an end waits for it. What the two do not tell is told as unknown, never guessed.
 * Thread-safe.
 */
public record OomTruth(Cgroups cgroups, KillJournal journal) {
  private static final int TURNS = 200;
  private static final long TURN_NANOS = 1_000_000;
  private static final long CLOCKS_APART_MICROS = 2_000_000;

  /**
   * One incarnation.
   *
   * @param mainPid of its first process, in the host's numbers
   * @param since the journal's position at its start; 0 after a restart of the agent
   * @param startMicros since boot
   */
  public record Subject(String cgroup, IdRange range, long mainPid, long since, long startMicros) {}

  /** While it runs. */
  public MemoryKills now(Subject subject) {
    return look(subject, false);
  }

  /**
   * At its end.
   *
   * @param killed whether a SIGKILL ended its first process
   */
  public MemoryKills atEnd(Subject subject, boolean killed) {
    MemoryKills kills = look(subject, killed);
    for (int turn = 0; turn < TURNS && kills.main() == Main.UNKNOWN && journal.isOpen(); turn++) {
      LockSupport.parkNanos(TURN_NANOS);
      kills = look(subject, killed);
    }
    return kills;
  }

  private MemoryKills look(Subject subject, boolean mainEnded) {
    long count = cgroups.oomKills(subject.cgroup());
    if (count == 0) {
      return MemoryKills.NONE;
    }
    List<Kill> told = told(subject, count);
    Optional<Kill> main = told.stream().filter(k -> k.pid() == subject.mainPid()).findFirst();
    Optional<Kill> shown = main.or(() -> told.stream().reduce((_, last) -> last));
    Main how =
        main.isPresent()
            ? Main.KILLED
            : told.size() >= count || !mainEnded ? Main.SPARED : Main.UNKNOWN;
    if (how == Main.UNKNOWN && cgroups.killsWholeGroup(subject.cgroup())) {
      how = Main.KILLED;
    }
    return new MemoryKills(
        count,
        how,
        at(subject.cgroup(), shown),
        shown.map(k -> "process " + k.pid() + " (" + k.command() + ")").orElse("process"));
  }

  /** The kernel's counter began with the incarnation: no more than so many are its own. */
  private List<Kill> told(Subject subject, long count) {
    List<Kill> all =
        journal.matching(kill ->
            isOf(subject, kill)
                && (kill.pid() == subject.mainPid() || subject.range().holds(kill.user())));
    return all.subList((int) Math.max(0, all.size() - count), all.size());
  }

  private static boolean isOf(Subject subject, Kill kill) {
    return subject.since() > 0
        ? kill.sequence() >= subject.since()
        : kill.micros() >= subject.startMicros() - CLOCKS_APART_MICROS;
  }

  private At at(String cgroup, Optional<Kill> kill) {
    if (kill.isPresent() && kill.get().byHost()) {
      return At.HOST;
    }
    Optional<String> group = kill.flatMap(Kill::group);
    if (group.isPresent()) {
      return group.get().equals(cgroup) ? At.OWN_LIMIT : At.NODE_LIMIT;
    }
    boolean own = cgroups.reachedMemoryLimit(cgroup);
    boolean above = false;
    for (int end = cgroup.lastIndexOf('/'); end > 0; end = cgroup.lastIndexOf('/', end - 1)) {
      above |= cgroups.reachedMemoryLimit(cgroup.substring(0, end));
    }
    return own == above ? At.UNKNOWN : own ? At.OWN_LIMIT : At.NODE_LIMIT;
  }
}
