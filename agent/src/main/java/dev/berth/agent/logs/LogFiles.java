package dev.berth.agent.logs;

import dev.berth.agent.control.HostJobs;
import dev.berth.agent.control.NodeNotice;
import dev.berth.agent.order.PlacementId;
import dev.berth.agent.runtime.InstanceHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the logs of a placement lie: the running container's, those of the incarnations before, and
 * what Berth says about it.
 *
 * <p>The last {@value #MOST_KEPT} ended incarnations stay readable until the placement is
 * forgotten. Berth's own lines are written on one virtual thread; beyond a bound they are dropped,
 * as they are events as well. Thread-safe.
 */
public final class LogFiles implements HostJobs.Remains, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LogFiles.class);
  static final int MOST_KEPT = 3;
  static final int LARGEST_PLATFORM_LOG = 128 * 1024;
  private static final int MOST_WAITING = 4096;
  private static final Duration LONGEST_CLOSING = Duration.ofSeconds(2);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.nnnnnnnnnxxx").withZone(ZoneOffset.UTC);

  private final InstanceHost host;
  private final Path directory;
  private final BlockingQueue<Runnable> writes = new ArrayBlockingQueue<>(MOST_WAITING);
  private final Thread writer;
  private volatile boolean open = true;

  public LogFiles(InstanceHost host, Path directory) throws IOException {
    this.host = host;
    this.directory = directory;
    makeDirectory(directory);
    this.writer = Thread.ofVirtual().name("platform-log").start(this::run);
  }

  /** The log of one incarnation, wherever it lies now. */
  Optional<Path> of(PlacementId id, int incarnation) {
    return Stream.of(host.log(id.value(), incarnation), kept(id, incarnation))
        .filter(Files::exists)
        .findFirst();
  }

  /** Incarnations whose logs were kept, oldest first. */
  List<Integer> kept(PlacementId id) {
    try (Stream<Path> files = Files.list(of(id))) {
      return files.flatMap(file -> incarnation(file).stream()).sorted().toList();
    } catch (NoSuchFileException none) {
      return List.of();
    } catch (IOException failure) {
      LOG.warn("the kept logs of placement {} cannot be listed", id, failure);
      return List.of();
    }
  }

  Path platform(PlacementId id) {
    return of(id).resolve("platform.log");
  }

  /** Writes a line of Berth's own. Never blocks. */
  public void write(NodeNotice notice) {
    say(notice.id(), notice.at(), notice.notice().message());
  }

  @Override
  public void keep(PlacementId id, int incarnation) {
    Path from = host.log(id.value(), incarnation);
    try {
      if (Files.exists(from)) {
        makeDirectory(of(id));
        Files.deleteIfExists(kept(id, incarnation));
        Files.createLink(kept(id, incarnation), from);
        prune(id);
      }
    } catch (IOException failure) {
      LOG.warn("the log of placement {} incarnation {} is not kept", id, incarnation, failure);
    }
  }

  @Override
  public void forget(PlacementId id) {
    if (!writes.offer(() -> delete(id))) {
      delete(id);
    }
  }

  /** Writes what still waits, within reason. */
  @Override
  public void close() {
    open = false;
    writes.offer(() -> {}); // wakes the writer; a full queue needs no waking
    try {
      writer.join(LONGEST_CLOSING);
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (open || !writes.isEmpty()) {
        writes.take().run();
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  /** Writes a line of Berth's own that is no event. Never blocks. */
  void say(PlacementId id, Instant at, String words) {
    if (!writes.offer(() -> append(id, at, words))) {
      LOG.warn("a line for the log of placement {} was dropped: too many wait", id);
    }
  }

  private void append(PlacementId id, Instant at, String words) {
    String line = TIME.format(at) + " platform F " + words.replace('\n', ' ') + "\n";
    Path file = platform(id);
    try {
      makeDirectory(of(id));
      Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      if (Files.size(file) > LARGEST_PLATFORM_LOG) {
        halve(file);
      }
    } catch (IOException failure) {
      LOG.warn("a line for the log of placement {} was not written", id, failure);
    }
  }

  private static void halve(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int from = bytes.length / 2;
    while (from < bytes.length && bytes[from] != '\n') {
      from++;
    }
    Path fresh = file.resolveSibling("platform.new");
    Files.write(fresh, Arrays.copyOfRange(bytes, Math.min(from + 1, bytes.length), bytes.length));
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private void prune(PlacementId id) throws IOException {
    List<Integer> kept = kept(id);
    for (int incarnation : kept.subList(0, Math.max(0, kept.size() - MOST_KEPT))) {
      Files.deleteIfExists(kept(id, incarnation));
    }
  }

  private void delete(PlacementId id) {
    try (Stream<Path> files = Files.walk(of(id))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException _) {
      // There was nothing to keep.
    } catch (IOException failure) {
      LOG.warn("the logs of placement {} cannot be deleted", id, failure);
    }
  }

  private Path of(PlacementId id) {
    return directory.resolve(id.toString());
  }

  private Path kept(PlacementId id, int incarnation) {
    return of(id).resolve(incarnation + ".log");
  }

  private static Optional<Integer> incarnation(Path file) {
    String name = file.getFileName().toString();
    boolean numbered = name.matches("[0-9]{1,9}\\.log");
    return numbered
        ? Optional.of(Integer.valueOf(name.substring(0, name.indexOf('.'))))
        : Optional.empty();
  }

  private static void makeDirectory(Path path) throws IOException {
    Files.createDirectories(
        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }
}
