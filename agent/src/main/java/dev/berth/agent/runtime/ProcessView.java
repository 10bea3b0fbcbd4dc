package dev.berth.agent.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What /proc says about one process. */
record ProcessView(long pid) {

  Path directory() {
    return Path.of("/proc/" + pid);
  }

  /** A field of /proc/PID/status, such as {@code NoNewPrivs}; empty when the process is gone. */
  Optional<String> status(String field) {
    try {
      for (String line : Files.readAllLines(directory().resolve("status"))) {
        if (line.startsWith(field + ":")) {
          return Optional.of(line.substring(field.length() + 1).strip());
        }
      }
    } catch (IOException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }

  /** Bytes that it has written to whatever files; empty when it is gone. */
  Optional<Long> written() {
    try {
      return Files.readAllLines(directory().resolve("io")).stream()
          .filter(line -> line.startsWith("wchar: "))
          .map(line -> Long.parseLong(line.substring("wchar: ".length())))
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** When it started, in clock ticks since boot; tells a process from a later one with its pid. */
  long startTicks() {
    try {
      String stat = Files.readString(directory().resolve("stat"));
      String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return words[0].equals("Z") || words[0].equals("X") ? -1 : Long.parseLong(words[19]);
    } catch (IOException e) {
      return -1;
    }
  }

  /** 0, or less where it goes before others; 0 when it is gone. */
  int nice() {
    try {
      String stat = Files.readString(directory().resolve("stat"));
      return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[16]);
    } catch (IOException e) {
      return 0;
    }
  }

  boolean catches(int signal) {
    return status("SigCgt")
        .map(mask -> (Long.parseUnsignedLong(mask, 16) >>> (signal - 1) & 1) == 1)
        .orElse(false);
  }

  boolean ignores(int signal) {
    return status("SigIgn")
        .map(mask -> (Long.parseUnsignedLong(mask, 16) >>> (signal - 1) & 1) == 1)
        .orElse(false);
  }
}
