package dev.berth.agent.verify;

import dev.berth.agent.image.IdRange;
import dev.berth.agent.runtime.Defence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What the first process of a container is: its users, rights, limits and descriptors. */
final class ProcessChecks {
  private static final String NONE = "0000000000000000";

  private ProcessChecks() {}

  static List<Check> all() {
    return Stream.of(users(), surroundings()).flatMap(List::stream).toList();
  }

  private static List<Check> users() {
    return List.of(
        Check.of(
                "no-capabilities",
                "CVE-2022-29162",
                "all five sets are empty",
                ProcessChecks::capabilities)
            .quickly()
            .noticing(Defence.NO_CAPABILITIES),
        Check.of(
                "no-new-privileges",
                "set-user-id programs",
                "1",
                cell -> Seen.exactly("1", status(cell, "NoNewPrivs")))
            .quickly()
            .noticing(Defence.NO_NEW_PRIVILEGES),
        Check.of(
                "unprivileged-outside",
                "CVE-2024-40635 CVE-2026-46680",
                "user and group 1000 of its range, four times each",
                ProcessChecks::ids)
            .quickly()
            .noticing(Defence.OTHER_IDS_OUTSIDE),
        Check.of(
                "own-id-range",
                "CVE-2025-47291",
                "65536 ids from 65536 up, and none of its neighbour's",
                ProcessChecks::range)
            .noticing(Defence.OWN_ID_RANGE),
        Check.of(
                "no-groups",
                "CVE-2023-25173",
                "no supplementary group",
                cell -> Seen.nothingOf(status(cell, "Groups"), "none"))
            .quickly()
            .noticing(Defence.NO_GROUPS));
  }

  private static List<Check> surroundings() {
    return List.of(
        Check.of(
                "no-inherited-descriptors",
                "CVE-2024-21626",
                "/dev/null and two pipes",
                ProcessChecks::descriptors)
            .quickly()
            .noticing(Defence.NO_DESCRIPTORS),
        Check.of(
                "working-directory-inside",
                "CVE-2024-21626",
                "/app of its own root",
                ProcessChecks::workingDirectory)
            .quickly()
            .noticing(Defence.WORKING_DIRECTORY),
        Check.of(
                "no-core-dumps",
                "memory of tenants on the host's disk",
                "at most 0 bytes",
                ProcessChecks::coreLimit)
            .noticing(Defence.NO_CORE_DUMPS),
        Check.of(
                "own-namespaces",
                "CVE-2020-15257",
                "seven that neither the host nor its neighbour is in",
                ProcessChecks::namespaces)
            .noticing(Defence.OWN_CGROUP_NAMESPACE),
        Check.of(
                "clean-environment",
                "secrets of the agent",
                "only what the order says",
                cell ->
                    Seen.exactly(
                        "HOME LANG PATH PORT USER", cell.inside("print join ' ', sort keys %ENV")))
            .noticing(Defence.CLEAN_ENVIRONMENT),
        Check.of(
                "no-priority",
                "the host's scheduler",
                "neither nice -1 nor real time",
                cell ->
                    Seen.nothingOf(
                        cell.inside(
                            """
                            print "nice -1; " if syscall(141, 0, 0, -1) == 0;
                            my $priority = pack("i", 1);
                            print "real time; " if syscall(144, 0, 1, $priority) == 0;
                            """),
                        "both refused"))
            .noticing(Defence.NO_PRIORITY));
  }

  private static Seen capabilities(Cell cell) throws IOException {
    List<String> set = new ArrayList<>();
    for (String name : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
      String value = status(cell, name);
      if (!value.equals(NONE)) {
        set.add(name + " is " + value);
      }
    }
    return Seen.nothingOf(String.join(", ", set), "all empty");
  }

  private static Seen ids(Cell cell) throws IOException {
    long id = cell.range().host(IdRange.APP_USER);
    String four = id + " " + id + " " + id + " " + id;
    String seen = spaced(status(cell, "Uid")) + " and " + spaced(status(cell, "Gid"));
    return Seen.exactly(four + " and " + four, seen);
  }

  private static Seen range(Cell cell) throws IOException {
    String own = map(cell, "uid_map");
    String other = map(cell.neighbour(), "uid_map");
    boolean closed =
        own.matches("0 \\d{5,} 65536") && own.equals(map(cell, "gid_map")) && !own.equals(other);
    return new Seen(closed, own + ", its neighbour " + other);
  }

  private static String map(Cell cell, String file) throws IOException {
    return spaced(Files.readString(cell.process().resolve(file)));
  }

  /** As its first process found them, before it opened any. */
  private static Seen descriptors(Cell cell) throws IOException {
    String born = cell.inside("print join ', ', @born");
    boolean three = born.matches("0 /dev/null, 1 pipe:\\[\\d+], 2 pipe:\\[\\d+]");
    return new Seen(three, born);
  }

  private static Seen workingDirectory(Cell cell) throws IOException {
    Path own = cell.process().resolve("cwd");
    boolean inside = key(own).equals(key(cell.process().resolve("root/app")));
    return new Seen(inside, "" + Files.readSymbolicLink(own));
  }

  private static String key(Path path) throws IOException {
    return Files.getAttribute(path, "unix:dev") + ":" + Files.getAttribute(path, "unix:ino");
  }

  private static Seen coreLimit(Cell cell) throws IOException {
    for (String line : Files.readAllLines(cell.process().resolve("limits"))) {
      if (line.startsWith("Max core file size")) {
        return Seen.exactly("0 0 bytes", spaced(line.substring("Max core file size".length())));
      }
    }
    return new Seen(false, "no such line");
  }

  private static Seen namespaces(Cell cell) throws IOException {
    List<String> shared = new ArrayList<>();
    for (String name : List.of("user", "pid", "mnt", "net", "ipc", "uts", "cgroup")) {
      Path own = Files.readSymbolicLink(cell.process().resolve("ns").resolve(name));
      if (own.equals(Files.readSymbolicLink(Path.of("/proc/self/ns", name)))) {
        shared.add(name + " of the host");
      }
      if (own.equals(
          Files.readSymbolicLink(cell.neighbour().process().resolve("ns").resolve(name)))) {
        shared.add(name + " of its neighbour");
      }
    }
    return Seen.nothingOf(String.join(", ", shared), "seven of its own");
  }

  /** A field of /proc/PID/status of the first process. */
  static String status(Cell cell, String field) throws IOException {
    for (String line : Files.readAllLines(cell.process().resolve("status"))) {
      if (line.startsWith(field + ":")) {
        return line.substring(field.length() + 1).strip();
      }
    }
    return "absent";
  }

  private static String spaced(String text) {
    return text.strip().replaceAll("\\s+", " ");
  }
}
