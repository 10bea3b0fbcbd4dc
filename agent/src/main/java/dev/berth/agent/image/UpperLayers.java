package dev.berth.agent.image;

import dev.berth.agent.linux.Errno;
import dev.berth.agent.linux.Programs;
import dev.berth.agent.linux.Syscalls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Private, empty, bounded file systems for what instances write.
 *
 * <p>Each is an ext4 image with a hard size and inode limit, whose file is unlinked as soon as it
 * is mounted: when the last mount goes, so do the loop device and the blocks. A few of each size
 * are kept ready, so that a start need not wait for one. Thread-safe.
 */
public final class UpperLayers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(UpperLayers.class);
  private static final int MOST_READY = 4;
  private static final int PIECE = 4096;

  /** 8 MiB, hence 1,024 inodes. */
  private static final String BLOCKS_IN_GROUP = "2048";

  /** A piece of the template that is not zero. */
  private record Piece(long position, ByteBuffer bytes) {}

  private record Template(long bytes, List<Piece> pieces) {}

  private final StateLayout layout;
  private final Syscalls syscalls;
  private final Programs programs;
  private final LoopDevices loops;
  private final Consumer<String> made;
  private final Map<Integer, Template> templates = new HashMap<>();
  private final Map<Integer, Queue<Path>> ready = new HashMap<>();
  private final AtomicLong serial = new AtomicLong();
  private boolean closed;

  /**
   * @param made hears of each layer's device, such as {@code 7:3}, before the layer is used
   */
  public UpperLayers(
      StateLayout layout, Syscalls syscalls, Programs programs, Consumer<String> made) {
    this.made = made;
    this.layout = layout;
    this.syscalls = syscalls;
    this.programs = programs;
    this.loops = new LoopDevices(syscalls);
  }

  /** An empty file system, mounted below scratch; the caller unmounts it. */
  public Path take(int diskMib) throws IOException {
    Path path;
    synchronized (this) {
      path = ready.computeIfAbsent(diskMib, _ -> new ArrayDeque<>()).poll();
    }
    Thread.ofVirtual().start(() -> refill(diskMib));
    return path == null ? make(diskMib) : path;
  }

  private void refill(int diskMib) {
    try {
      Path made = make(diskMib);
      synchronized (this) {
        Queue<Path> queue = ready.computeIfAbsent(diskMib, _ -> new ArrayDeque<>());
        if (!closed && queue.size() < MOST_READY) {
          queue.add(made);
          return;
        }
      }
      drop(made);
    } catch (IOException e) {
      LOG.warn("no upper layer of {} MiB could be kept ready: {}", diskMib, e.getMessage());
    }
  }

  private Path make(int diskMib) throws IOException {
    Template template = template(diskMib);
    String name = "upper-" + serial.incrementAndGet();
    Path file = layout.uppers().resolve(name);
    try (var channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (Piece piece : template.pieces()) {
        channel.write(piece.bytes().duplicate(), piece.position());
      }
      if (channel.size() < template.bytes()) {
        channel.write(ByteBuffer.wrap(new byte[1]), template.bytes() - 1);
      }
    }
    int descriptor = Errno.check(syscalls.open(file, Syscalls.O_RDWR), "open " + file);
    try {
      Path target = layout.scratch().resolve(name);
      StateLayout.directory(target, "rwx------");
      long flags = Syscalls.MS_NOSUID | Syscalls.MS_NODEV;
      loops.mount(descriptor, target, "ext4", flags, "noinit_itable,discard");
      made.accept(LoopDevices.device(target));
      return target;
    } finally {
      syscalls.close(descriptor);
      Files.delete(file);
    }
  }

  private void drop(Path mount) throws IOException {
    syscalls.unmountDetached(mount);
    Files.deleteIfExists(mount);
  }

  private Template template(int diskMib) throws IOException {
    synchronized (templates) {
      Template known = templates.get(diskMib);
      if (known != null) {
        return known;
      }
      Template made = format(diskMib);
      templates.put(diskMib, made);
      return made;
    }
  }

  private Template format(int diskMib) throws IOException {
    Path file = layout.uppers().resolve("template-" + diskMib);
    Files.deleteIfExists(file);
    long bytes = diskMib * 1024L * 1024;
    try {
      try (var channel =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap(new byte[1]), bytes - 1);
      }
      programs.need(formatting(file));
      return new Template(bytes, pieces(file));
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /**
   * The command that makes an empty file system in an image of the wanted size.
   *
   * <p>No journal: the layer does not outlive a crash of the host. One inode for each 8 KiB. Small
   * groups: without a journal ext4 passes over inodes deleted in the last minutes, a whole group of
   * them for each new file, and holds the cpu meanwhile (find_inode_bit in fs/ext4/ialloc.c).
   */
  static List<String> formatting(Path image) {
    String features = "^has_journal,^resize_inode,^huge_file";
    String extended = "lazy_itable_init=1,nodiscard";
    return Stream.of(
            Stream.of("/usr/sbin/mkfs.ext4", "-q", "-F", "-m", "0", "-b", "4096", "-i", "8192"),
            Stream.of("-g", BLOCKS_IN_GROUP, "-O", features, "-E", extended, image.toString()))
        .flatMap(words -> words)
        .toList();
  }

  private static List<Piece> pieces(Path file) throws IOException {
    List<Piece> pieces = new ArrayList<>();
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
      for (long at = 0; channel.read(buffer.clear(), at) > 0; at += buffer.limit()) {
        buffer.flip();
        for (int from = 0; from < buffer.limit(); from += PIECE) {
          byte[] bytes = new byte[Math.min(PIECE, buffer.limit() - from)];
          buffer.get(from, bytes);
          if (!allZero(bytes)) {
            pieces.add(new Piece(at + from, ByteBuffer.wrap(bytes).asReadOnlyBuffer()));
          }
        }
      }
    }
    return pieces;
  }

  private static boolean allZero(byte[] bytes) {
    for (byte b : bytes) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    List<Path> left = new ArrayList<>();
    synchronized (this) {
      closed = true;
      ready.values().forEach(left::addAll);
      ready.clear();
    }
    for (Path path : left) {
      try {
        drop(path);
      } catch (IOException e) {
        LOG.warn("an unused upper layer stays until the sweep: {}", e.getMessage());
      }
    }
  }
}
