package dev.berth.agent.verify;

import dev.berth.agent.runtime.Defence;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/** What the first process of a container is: its users, rights, limits and descriptors. */
final class ProcessChecks {
  private static final String NONE = "0000000000000000";

  private ProcessChecks() {}

  static List<Check> all() {
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
            .noticing(Defence.NO_NEW_PRIVILEGES));
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

  /** A field of /proc/PID/status of the first process. */
  static String status(Cell cell, String field) throws IOException {
    for (String line : Files.readAllLines(cell.process().resolve("status"))) {
      if (line.startsWith(field + ":")) {
        return line.substring(field.length() + 1).strip();
      }
    }
    return "absent";
  }
}
