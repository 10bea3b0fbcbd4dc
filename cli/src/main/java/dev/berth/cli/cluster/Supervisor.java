package dev.berth.cli.cluster;

import dev.berth.cli.CommandFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a cluster's programs running: starts each, and starts it again when it ends.
 *
 * <p>One supervisor at most for each state directory. After {@link #close} no program of it runs
 * and none will be started. Thread-safe.
 */
final class Supervisor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);
  private static final Duration GRACE = Duration.ofSeconds(15);
  private static final Duration LOG_PAUSE = Duration.ofSeconds(10);

  private final StateDirectory state;
  private final List<Program> programs;
  private final Function<Program, Process> launcher;
  private final Clock clock;
  private final ProcessTable table;
  private final Map<String, Process> running = new HashMap<>();
  private final Map<String, Integer> starts = new HashMap<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private @Nullable FileChannel lock;

  Supervisor(
      StateDirectory state,
      List<Program> programs,
      Function<Program, Process> launcher,
      Clock clock) {
    this.state = state;
    this.programs = List.copyOf(programs);
    this.launcher = launcher;
    this.clock = clock;
    this.table = new ProcessTable(state.processFile());
  }

  void start() {
    lock = takeLock(state);
    table.put(ProcessTable.SUPERVISOR, ProcessHandle.current());
    for (Program program : programs) {
      Process first = launch(program);
      Thread.ofPlatform().daemon().name("keep-" + program.name()).start(() -> keep(program, first));
    }
    Thread.ofPlatform().daemon().name("keep-logs").start(this::keepLogs);
  }

  /** Is there a supervisor at work on this state directory? */
  static boolean isAtWork(StateDirectory state) {
    try {
      takeLock(state).close();
      return false;
    } catch (CommandFailure taken) {
      return true;
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }

  private static FileChannel takeLock(StateDirectory state) {
    try {
      FileChannel channel =
          FileChannel.open(state.lockFile(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = tryLock(channel);
      if (lock != null) {
        return channel;
      }
      channel.close();
    } catch (IOException failure) {
      throw CommandFailure.host(
          state.lockFile() + " cannot be locked: " + failure.getMessage(),
          "see that the disk is writable");
    }
    throw CommandFailure.host(
        "a cluster runs already from " + state.root(),
        "see berth status, end it with berth down, or use another --state-dir");
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException ours) {
      return null;
    }
  }

  /** How often the program has been started. */
  synchronized int starts(String program) {
    return starts.getOrDefault(program, 0);
  }

  /** The pid of the program's process, or 0 between two. */
  synchronized long pid(String program) {
    Process process = running.get(program);
    return process != null && process.isAlive() ? process.pid() : 0;
  }

  void awaitClose() throws InterruptedException {
    closing.await();
  }

  private void keep(Program program, @Nullable Process first) {
    Process process = first;
    RestartPause pause = RestartPause.NONE;
    try {
      while (process != null) {
        Instant began = clock.instant();
        int code = process.waitFor();
        pause = pause.afterLiving(Duration.between(began, clock.instant()));
        if (closing.getCount() > 0) {
          LOG.warn(
              "{} ended with {}; starting it again in {}", program.name(), code, pause.length());
        }
        if (closing.await(pause.length().toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
        process = launch(program);
      }
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized @Nullable Process launch(Program program) {
    if (closing.getCount() == 0) {
      return null;
    }
    Process process = launcher.apply(program);
    running.put(program.name(), process);
    starts.merge(program.name(), 1, Integer::sum);
    table.put(program.name(), process.toHandle());
    return process;
  }

  private void keepLogs() {
    try {
      while (!closing.await(LOG_PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
        LogKeeper.trim(state.logDirectory(), LogKeeper.LARGEST);
      }
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
    }
  }

  /** SIGTERM to all but the scheduler, then to the scheduler; SIGKILL to what does not end. */
  @Override
  public void close() {
    synchronized (this) {
      closing.countDown();
    }
    for (Program program : programs.reversed()) {
      Process process = running(program);
      if (process != null && !program.name().equals("scheduler")) {
        process.destroy();
      }
    }
    for (Program program : programs.reversed()) {
      Process process = running(program);
      if (process != null) {
        process.destroy();
        Processes.awaitEnd(process.toHandle(), GRACE);
      }
    }
    releaseLock();
  }

  private synchronized @Nullable Process running(Program program) {
    return running.get(program.name());
  }

  private void releaseLock() {
    try {
      if (lock != null) {
        lock.close();
      }
    } catch (IOException failure) {
      LOG.warn("{} cannot be released", state.lockFile(), failure);
    }
  }
}
