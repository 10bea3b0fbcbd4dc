package dev.berth.agent.runtime;

import dev.berth.agent.cgroup.Cgroups;
import dev.berth.agent.linux.Errno;
import dev.berth.agent.linux.Syscalls;
import dev.berth.agent.oom.MemoryKills;
import dev.berth.agent.oom.OomTruth;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One incarnation that was made, until it is discarded.
 *
 * <p>Signals go through a process descriptor, so they can't reach a later process with the same
 * pid. Thread-safe.
 */
final class Container {
  private static final int SIGKILL = 9;
  private static final int SIGTERM = 15;
  private static final int SIGNALLED_KILL = 128 + SIGKILL;
  private static final int SIGNALLED_TERM = 128 + SIGTERM;

  /** Time for a first process, such as a shell, to end by itself after its children. */
  private static final Duration OWN_END = Duration.ofSeconds(1);

  private static final long LOOK_MILLIS = 50;

  private final Syscalls syscalls;
  private final Cgroups cgroups;
  private final Ledger.Entry entry;
  private final OomTruth memory;
  private final OomTruth.Subject subject;
  private final String cgroup;
  private final CountDownLatch over = new CountDownLatch(1);
  private final AtomicBoolean told = new AtomicBoolean();
  private volatile boolean killedInPlaceOfTerm;
  private int silentTicks;
  private int process;

  Container(
      Syscalls syscalls,
      Cgroups cgroups,
      OomTruth memory,
      Ledger.Entry entry,
      OomTruth.Subject subject) {
    this.memory = memory;
    this.subject = subject;
    this.syscalls = syscalls;
    this.cgroups = cgroups;
    this.entry = entry;
    this.cgroup = subject.cgroup();
    this.process = syscalls.openProcess(entry.pid());
  }

  static String name(long placementId, int incarnation) {
    return "p" + placementId + "-" + incarnation;
  }

  String name() {
    return name(entry.placementId(), entry.incarnation());
  }

  Ledger.Entry entry() {
    return entry;
  }

  String cgroup() {
    return cgroup;
  }

  boolean isAlive() {
    return new ProcessView(entry.pid()).startTicks() == entry.startTicks();
  }

  synchronized void kill() {
    if (process >= 0) {
      syscalls.signal(process, SIGKILL);
    }
  }

  /**
   * The first process of a pid namespace never dies of SIGTERM by default, as any other process
   * would. So where it neither catches nor ignores the signal, its children get the signal; without
   * children it is killed, and otherwise {@link #OWN_END} after the last of those children, unless
   * it has ended by itself by then.
   */
  synchronized void terminate() {
    if (process < 0) {
      return;
    }
    if (minds(new ProcessView(entry.pid()))) {
      syscalls.signal(process, SIGTERM);
      return;
    }
    Map<Long, Long> children = new HashMap<>();
    for (long pid : cgroups.processes(cgroup)) {
      int child = pid == entry.pid() ? -1 : syscalls.openProcess(pid);
      if (child >= 0) {
        long startTicks = new ProcessView(pid).startTicks();
        if (syscalls.signal(child, SIGTERM) == 0 && startTicks >= 0) {
          children.put(pid, startTicks);
        }
        syscalls.close(child);
      }
    }
    if (children.isEmpty()) {
      killInPlaceOfTerm();
    } else {
      Thread.ofVirtual().name("end-of-" + name()).start(() -> follow(children));
    }
  }

  private static boolean minds(ProcessView first) {
    return first.catches(SIGTERM) || first.ignores(SIGTERM);
  }

  private synchronized void killInPlaceOfTerm() {
    if (process >= 0 && !minds(new ProcessView(entry.pid()))) {
      killedInPlaceOfTerm = true;
      syscalls.signal(process, SIGKILL);
    }
  }

  /** A server that forks would go on without the children that it happened to have. */
  private void follow(Map<Long, Long> children) {
    try {
      while (children.entrySet().stream().anyMatch(Container::lives)) {
        if (over.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
      if (!over.await(OWN_END.toMillis(), TimeUnit.MILLISECONDS)) {
        killInPlaceOfTerm();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean lives(Map.Entry<Long, Long> child) {
    return new ProcessView(child.getKey()).startTicks() == child.getValue();
  }

  /** True for the first caller only. */
  boolean tell() {
    return told.compareAndSet(false, true);
  }

  void markOver() {
    over.countDown();
  }

  boolean isOver() {
    return over.getCount() == 0;
  }

  boolean awaitOver(long seconds) {
    try {
      return over.await(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return isOver();
    }
  }

  /** Seen dead without an exit code so many times; confined to the exit watch. */
  int deadTicks() {
    silentTicks = isAlive() ? 0 : silentTicks + 1;
    return silentTicks;
  }

  /** What the kernel has killed in it for want of memory, so far. */
  MemoryKills memoryKills() {
    return memory.now(subject);
  }

  /** The end as the tenant should read it. */
  Ended ended(int code) {
    int shown = code == SIGNALLED_KILL && killedInPlaceOfTerm ? SIGNALLED_TERM : code;
    boolean killed = shown == SIGNALLED_KILL || code < 0;
    MemoryKills kills = memory.atEnd(subject, killed);
    long refusals = cgroups.counters(cgroup).pidsLimitHits();
    String how =
        shown > 128 && shown < 193
            ? "ended by signal " + (shown - 128)
            : code < 0 ? "ended while its exit code could not be read" : "exited with " + shown;
    String why =
        kills.count() > 0
            ? "; " + kills.words()
            : refusals > 0 ? "; " + refusals + " forks were refused at its process limit" : "";
    return new Ended(
        entry.placementId(),
        entry.incarnation(),
        Math.floorMod(shown, 256),
        kills,
        refusals,
        how + why);
  }

  synchronized void close() {
    if (process >= 0) {
      syscalls.close(process);
      process = -Errno.ESRCH;
    }
  }
}
