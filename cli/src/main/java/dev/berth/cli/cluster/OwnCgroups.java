package dev.berth.cli.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cpu cgroups of a cluster's own programs, which together weigh {@value #WEIGHT}, where all its
 * instances together weigh 100: so a request does not wait in the router for what instances do.
 *
 * <p>One for each program, so that none of them holds another up. A host where they can't be made
 * runs Berth without them. Thread-safe.
 *
 * @param root of the hierarchy that has cpu; empty without one
 */
record OwnCgroups(Optional<Path> root, String clusterId) {
  private static final Logger LOG = LoggerFactory.getLogger(OwnCgroups.class);
  private static final int WEIGHT = 1000;

  /** The same in the scale of cgroup v1, whose usual weight is 1024. */
  private static final int SHARES = 10_240;

  static OwnCgroups of(String clusterId) {
    try {
      return new OwnCgroups(rootIn(Files.readAllLines(Path.of("/proc/self/mounts"))), clusterId);
    } catch (IOException noProc) {
      return new OwnCgroups(Optional.empty(), clusterId);
    }
  }

  /** Where cpu is, v1 or v2, by a table of mounts. */
  static Optional<Path> rootIn(List<String> mounts) {
    List<String[]> all = mounts.stream().map(line -> line.split(" ", -1)).toList();
    return all.stream()
        .filter(words -> words[2].equals("cgroup") && List.of(words[3].split(",")).contains("cpu"))
        .findFirst()
        .or(() -> all.stream().filter(words -> words[2].equals("cgroup2")).findFirst())
        .map(words -> Path.of(words[1]));
  }

  private Optional<Path> group() {
    return root.map(it -> it.resolve("berth-" + clusterId + ".own"));
  }

  /** Puts a program that was just started into its group. */
  void take(String program, long pid) {
    if (group().isEmpty()) {
      return;
    }
    Path own = group().get().resolve(program);
    try {
      if (Files.exists(root.orElseThrow().resolve("cgroup.subtree_control"))) {
        write(root.orElseThrow().resolve("cgroup.subtree_control"), "+cpu");
        Files.createDirectories(own.getParent());
        write(own.resolveSibling("cgroup.subtree_control"), "+cpu");
        write(own.resolveSibling("cpu.weight"), "" + WEIGHT);
      } else {
        Files.createDirectories(own.getParent());
        write(own.resolveSibling("cpu.shares"), "" + SHARES);
      }
      Files.createDirectories(own);
      write(own.resolve("cgroup.procs"), "" + pid);
    } catch (IOException refused) {
      LOG.warn("{} has no cpu cgroup of its own: {}", program, refused.getMessage());
    }
  }

  /** Takes away those whose programs have ended. */
  void remove() {
    group()
        .filter(Files::isDirectory)
        .ifPresent(group -> {
          try {
            try (var programs = Files.newDirectoryStream(group, Files::isDirectory)) {
              for (Path program : programs) {
                Files.delete(program);
              }
            }
            Files.delete(group);
          } catch (IOException busy) {
            LOG.warn("{} stays: {}", group, busy.getMessage());
          }
        });
  }

  private static void write(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.WRITE);
  }
}
