package dev.berth.agent.turn;

import dev.berth.turn.RealTime;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the kernel choose again, more often than by its own tick, who runs.
 *
 * <p>The kernel's fair scheduler (Documentation/scheduler/sched-eevdf.rst) chooses when a thread
 * wakes up. One that is not due just then, by some thousandths of a second, waits behind whoever is
 * busy until the next tick: up to 4 ms at 250 Hz, and 10 ms at 100 Hz. On each cpu a real-time
 * thread wakes up and sleeps again at once; each time the kernel chooses anew. Nobody gets more cpu
 * time by it. Only while cpus are busy, and once on a host, whatever number of agents it has.
 *
 * <p>Thread-safe.
 */
public final class Metronome implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Metronome.class);
  private static final long LOOK_NANOS = 100_000_000;

  /** With more idle time than this a thread that wakes up finds a cpu that nobody uses. */
  private static final double ENOUGH_IDLE = 0.75;

  /** Looks without need after which it rests. */
  private static final int PATIENCE = 10;

  /**
   * Where it looks and acts.
   *
   * @param stat times of the cpus: /proc/stat
   * @param threads where cgroup v1 takes a thread into the cpu cgroup of the root, which alone may
   *     have real-time threads; empty where there is no such rule
   * @param lock held by the one that beats
   */
  public record HostFiles(Path stat, Optional<Path> threads, Path lock) {}

  private final HostFiles files;
  private final Duration beat;
  private final CpuLoad load;
  private final List<Thread> beaters = new ArrayList<>();
  private final LongAdder beats = new LongAdder();
  private final Thread looker;
  private volatile boolean beating;
  private volatile boolean closed;

  private Metronome(HostFiles files, Duration beat) {
    this.files = files;
    this.beat = beat;
    this.load = new CpuLoad(files.stat());
    this.looker = Thread.ofPlatform().name("metronome").daemon().unstarted(this::look);
  }

  /**
   * Begins to look whether cpus are busy.
   *
   * @param beat less than a second; each costs a cpu some 12 us
   */
  public static Metronome start(HostFiles files, Duration beat) {
    var metronome = new Metronome(files, beat);
    metronome.looker.start();
    return metronome;
  }

  /** So often has the kernel been made to choose. */
  public long beats() {
    return beats.sum();
  }

  boolean isBeating() {
    return beating;
  }

  private void look() {
    try (var channel =
        FileChannel.open(
            files.lock(),
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      while (!closed && !isTheOne(channel)) {
        LockSupport.parkNanos(PATIENCE * LOOK_NANOS);
      }
      int idle = 0;
      while (!closed) {
        idle = load.idleSinceLast() < ENOUGH_IDLE ? 0 : Math.min(idle + 1, PATIENCE);
        beat(idle < PATIENCE);
        LockSupport.parkNanos(LOOK_NANOS);
      }
    } catch (IOException e) {
      LOG.warn("nobody makes waiting for a cpu shorter on this host: {}", e.getMessage());
    } finally {
      beat(false);
    }
  }

  private static boolean isTheOne(FileChannel channel) throws IOException {
    try {
      @Nullable FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException ofThisProcess) {
      return false;
    }
  }

  private void beat(boolean wanted) {
    if (wanted && beaters.isEmpty() && !closed) {
      for (int cpu = 0; cpu < Runtime.getRuntime().availableProcessors(); cpu++) {
        int own = cpu;
        beaters.add(Thread.ofPlatform().name("beat-" + cpu).daemon().start(() -> beatOn(own)));
      }
    }
    if (wanted != beating) {
      beating = wanted;
      beaters.forEach(LockSupport::unpark);
    }
  }

  private void beatOn(int cpu) {
    try (var arena = Arena.ofConfined()) {
      if (files.threads().isPresent()) {
        Files.writeString(files.threads().get(), "" + RealTime.ownThread());
      }
      if (!RealTime.enter(cpu)) {
        LOG.info("cpu {} has no metronome: the kernel gives it no real-time thread", cpu);
        return;
      }
      MemorySegment pause = RealTime.nanos(arena, beat.toNanos());
      while (!closed) {
        if (beating) {
          RealTime.sleep(pause);
          beats.increment();
        } else {
          LockSupport.park();
        }
      }
    } catch (IOException e) {
      LOG.info("cpu {} has no metronome: {}", cpu, e.getMessage());
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(looker);
    try {
      looker.join();
      for (Thread beater : beaters) {
        LockSupport.unpark(beater);
        beater.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
