package dev.berth.bench.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A cpu cgroup for this process, with as much weight as the cluster's own programs: so that what is
 * measured is their waiting and the app's, not the load generator's.
 *
 * <p>On a host that has no such thing nothing happens. Confined to one thread.
 */
final class GeneratorCgroup implements AutoCloseable {
  private static final Path OLDER = Path.of("/sys/fs/cgroup/cpu");
  private static final Path NEWER = Path.of("/sys/fs/cgroup");

  private final Path root;
  private final Path own;

  private GeneratorCgroup(Path root, String clusterId) {
    this.root = root;
    this.own = root.resolve("bench-" + clusterId);
  }

  static GeneratorCgroup enter(String clusterId) throws IOException {
    boolean older = Files.exists(OLDER.resolve("cgroup.procs"));
    var cgroup = new GeneratorCgroup(older ? OLDER : NEWER, clusterId);
    if (Files.exists(cgroup.root.resolve("cgroup.procs"))) {
      Files.createDirectories(cgroup.own);
      Path weight = cgroup.own.resolve(older ? "cpu.shares" : "cpu.weight");
      if (Files.exists(weight)) {
        write(weight, older ? "10240" : "1000");
        write(cgroup.own.resolve("cgroup.procs"), "" + ProcessHandle.current().pid());
      }
    }
    return cgroup;
  }

  private static void write(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.WRITE);
  }

  @Override
  public void close() throws IOException {
    if (Files.isDirectory(own)) {
      write(root.resolve("cgroup.procs"), "" + ProcessHandle.current().pid());
      Files.delete(own);
    }
  }
}
