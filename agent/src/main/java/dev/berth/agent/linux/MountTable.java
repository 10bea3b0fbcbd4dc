package dev.berth.agent.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The mounts that a process sees, from its {@code mountinfo}, in their order. */
public final class MountTable {

  /** One line; {@code root} is the part of the file system that is shown. */
  public record Mount(
      Path root,
      Path target,
      List<String> options,
      String type,
      String source,
      String superOptions) {}

  private MountTable() {}

  public static List<Mount> read(Path mountinfo) throws IOException {
    return parse(Files.readAllLines(mountinfo));
  }

  /** Reads lines of mountinfo that came from elsewhere. */
  public static List<Mount> parse(List<String> lines) throws IOException {
    List<Mount> mounts = new ArrayList<>();
    for (String line : lines) {
      List<String> words = List.of(line.split(" ", -1));
      int dash = words.indexOf("-");
      if (dash < 6 || words.size() < dash + 4) {
        throw new IOException("a line of mountinfo can't be read: " + line);
      }
      mounts.add(
          new Mount(
              Path.of(unescape(words.get(3))),
              Path.of(unescape(words.get(4))),
              List.of(words.get(5).split(",", -1)),
              words.get(dash + 1),
              unescape(words.get(dash + 2)),
              words.get(dash + 3)));
    }
    return mounts;
  }

  public static List<Mount> ofThisProcess() throws IOException {
    return read(Path.of("/proc/self/mountinfo"));
  }

  /** Whether something is mounted exactly here. */
  public static boolean isMounted(Path target) throws IOException {
    return ofThisProcess().stream().anyMatch(mount -> mount.target().equals(target));
  }

  private static String unescape(String text) {
    return text.replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\");
  }
}
