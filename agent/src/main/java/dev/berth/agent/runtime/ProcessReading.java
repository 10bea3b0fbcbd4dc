package dev.berth.agent.runtime;

import dev.berth.agent.image.IdRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Compares what the kernel says of a container's first process with what it should be. */
final class ProcessReading {
  private static final String EMPTY = "0000000000000000";
  private static final List<String> OWN_NAMESPACES =
      List.of("user", "pid", "mnt", "net", "ipc", "uts", "cgroup");

  private final ProcessView process;
  private final List<String> found;
  private final Map<String, String> status = new TreeMap<>();

  private ProcessReading(ProcessView process, List<String> found) {
    this.process = process;
    this.found = found;
  }

  /** Adds to {@code found} what differs. */
  static void compare(ProcessView process, IdRange range, List<String> found) throws IOException {
    new ProcessReading(process, found).compare(range);
  }

  private void compare(IdRange range) throws IOException {
    for (String line : Files.readAllLines(process.directory().resolve("status"))) {
      int colon = line.indexOf(':');
      status.put(line.substring(0, colon), line.substring(colon + 1).strip());
    }
    ids(range);
    expect("Groups", "");
    expect("NoNewPrivs", "1");
    expect("Seccomp", "2");
    for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
      expect(set, EMPTY);
    }
    if (process.nice() < 0) {
      found.add("it goes before others: its nice value is " + process.nice());
    }
    namespaces();
    WorkingDirectory.difference(WorkingDirectory.of(process.directory())).ifPresent(found::add);
  }

  private void ids(IdRange range) throws IOException {
    String map = "0 " + range.first() + " " + IdRange.SIZE;
    for (String file : List.of("uid_map", "gid_map")) {
      String text = spaced(Files.readString(process.directory().resolve(file)));
      if (!text.equals(map)) {
        found.add(file + " is '" + text + "', not '" + map + "'");
      }
    }
    long id = range.host(IdRange.APP_USER);
    expect("Uid", id + " " + id + " " + id + " " + id);
    expect("Gid", id + " " + id + " " + id + " " + id);
  }

  private void namespaces() throws IOException {
    List<String> shared = new ArrayList<>();
    for (String name : OWN_NAMESPACES) {
      Path own = Files.readSymbolicLink(Path.of("/proc/self/ns", name));
      if (Files.readSymbolicLink(process.directory().resolve("ns").resolve(name)).equals(own)) {
        shared.add(name);
      }
    }
    if (!shared.isEmpty()) {
      found.add("it shares with the host: " + String.join(", ", shared));
    }
  }

  private void expect(String field, String wanted) {
    String text = spaced(status.getOrDefault(field, "absent"));
    if (!text.equals(wanted)) {
      found.add(field + " is " + text + ", not " + (wanted.isEmpty() ? "empty" : wanted));
    }
  }

  private static String spaced(String text) {
    return text.strip().replaceAll("\\s+", " ");
  }
}
