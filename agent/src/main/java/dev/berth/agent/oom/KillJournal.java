package dev.berth.agent.oom;

import dev.berth.agent.linux.Errno;
import dev.berth.agent.linux.Syscalls;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kills that the kernel's log tells of, oldest first.
 *
 * <p>The log outlives an agent, so one that starts anew reads again what happened before. Keeps the
 * newest {@value #MOST_KILLS}. Where the log can't be read it is empty, and says so once.
 * Thread-safe; never blocks.
 */
public final class KillJournal implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KillJournal.class);
  static final int MOST_KILLS = 4096;
  private static final Path LOG_DEVICE = Path.of("/dev/kmsg");
  private static final int NOT_BLOCKING = 0x800;
  private static final int LONGEST_RECORD = 8192;

  private final Syscalls syscalls;
  private final KillParser parser = new KillParser();
  private final Deque<Kill> kills = new ArrayDeque<>();
  private int log;
  private long next;

  public KillJournal(Syscalls syscalls) {
    this.syscalls = syscalls;
    this.log = syscalls.open(LOG_DEVICE, Syscalls.O_RDONLY | NOT_BLOCKING);
    if (log < 0) {
      LOG.warn(
          "{} can't be read ({}): which process was killed out of memory can't be told",
          LOG_DEVICE,
          Errno.words(-log));
    }
  }

  public synchronized boolean isOpen() {
    return log >= 0;
  }

  /** Reads what is new; returns the number that the next kill will have at least. */
  public synchronized long position() {
    if (log < 0) {
      return next;
    }
    byte[] record = new byte[LONGEST_RECORD];
    while (true) {
      int length = syscalls.read(log, record);
      if (length > 0) {
        take(new String(record, 0, length, StandardCharsets.UTF_8));
      } else if (length != -Errno.EPIPE && length != -Errno.EINTR) {
        return next; // all is read; EPIPE: older ones were overwritten unread, the next is there
      }
    }
  }

  private void take(String record) {
    parser
        .feed(record)
        .ifPresent(kill -> {
          next = kill.sequence() + 1;
          kills.addLast(kill);
          if (kills.size() > MOST_KILLS) {
            kills.removeFirst();
          }
        });
  }

  /** What is known by now, after reading what is new. */
  synchronized List<Kill> matching(Predicate<Kill> wanted) {
    position();
    return kills.stream().filter(wanted).toList();
  }

  @Override
  public synchronized void close() {
    if (log >= 0) {
      syscalls.close(log);
      log = -Errno.ENOENT;
    }
  }
}
