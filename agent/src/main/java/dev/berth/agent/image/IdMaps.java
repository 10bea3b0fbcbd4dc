package dev.berth.agent.image;

import dev.berth.agent.linux.Errno;
import dev.berth.agent.linux.Programs;
import dev.berth.agent.linux.Syscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * User namespaces that say how ids on an image appear on the host.
 *
 * <p>A namespace exists without processes as long as its descriptor is open; the caller closes it.
 * A few unmapped ones wait ready, each held by an idle process. Thread-safe.
 */
final class IdMaps implements AutoCloseable {
  private static final int TURNS = 20_000;

  private final Syscalls syscalls;
  private final Programs programs;
  private final Map<IdRange, Maps> maps = new ConcurrentHashMap<>();
  private final Map<IdRange, Object> locks = new ConcurrentHashMap<>();

  IdMaps(Syscalls syscalls, Programs programs) {
    this.syscalls = syscalls;
    this.programs = programs;
  }

  /**
   * The two maps of a range.
   *
   * @param straight ids on the image appear as the same ids of the instance
   * @param rootBecomesApp the same, but what root owns on the image belongs to the app's user
   */
  record Maps(int straight, int rootBecomesApp) {}

  Maps of(IdRange range) throws IOException {
    Maps known = maps.get(range);
    if (known != null) {
      return known;
    }
    // Held over I/O on purpose: the second caller needs what the first one makes.
    synchronized (locks.computeIfAbsent(range, _ -> new Object())) {
      known = maps.get(range);
      if (known == null) {
        known = new Maps(straight(range), rootBecomesApp(range));
        maps.put(range, known);
      }
      return known;
    }
  }

  void forget(IdRange range) {
    Maps known = maps.remove(range);
    locks.remove(range);
    if (known != null) {
      syscalls.close(known.straight());
      syscalls.close(known.rootBecomesApp());
    }
  }

  private int straight(IdRange range) throws IOException {
    return open("0 " + range.first() + " " + IdRange.SIZE + "\n");
  }

  private int rootBecomesApp(IdRange range) throws IOException {
    int app = IdRange.APP_USER;
    return open(
        "0 %d 1\n1 %d %d\n%d %d 1\n%d %d %d\n"
            .formatted(
                range.host(app),
                range.host(1),
                app - 1,
                app,
                range.host(0),
                app + 1,
                range.host(app + 1),
                IdRange.SIZE - app - 1));
  }

  private int open(String map) throws IOException {
    Programs.Held held = fresh();
    try {
      Path process = Path.of("/proc/" + held.pid());
      Files.writeString(process.resolve("uid_map"), map, StandardOpenOption.WRITE);
      Files.writeString(process.resolve("gid_map"), map, StandardOpenOption.WRITE);
      return Errno.check(
          syscalls.open(process.resolve("ns/user"), Syscalls.O_RDONLY), "open a user namespace");
    } finally {
      held.letGo();
    }
  }

  private Programs.Held fresh() throws IOException {
    var held = programs.hold(List.of("/usr/bin/unshare", "--user", "/usr/bin/cat"));
    Path own = Files.readSymbolicLink(Path.of("/proc/self/ns/user"));
    Path theirs = Path.of("/proc/" + held.pid() + "/ns/user");
    for (int turn = 0; turn < TURNS; turn++) {
      try {
        if (!Files.readSymbolicLink(theirs).equals(own)) {
          return held;
        }
      } catch (IOException e) {
        break;
      }
      LockSupport.parkNanos(100_000);
    }
    held.letGo();
    throw new IOException(
        "no user namespace could be made; is /proc/sys/user/max_user_namespaces above 0?");
  }

  @Override
  public void close() {
    List.copyOf(maps.keySet()).forEach(this::forget);
  }
}
