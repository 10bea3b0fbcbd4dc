package dev.berth.agent.cgroup;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Numbers in the small files of a cgroup. */
final class KernelFile {
  private KernelFile() {}

  /** The single number of a file; "max" is -1. */
  static long number(Path file) throws IOException {
    String text = Files.readString(file).strip();
    try {
      return text.equals("max") ? -1 : Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IOException(file + " holds '" + text + "', not a number", e);
    }
  }

  /** Huge pages come from a pool that no memory limit counts: none of any size. */
  static List<Setting> hugePages(Path cgroup, String limit, boolean limited) {
    List<Setting> none = new ArrayList<>();
    if (!limited) {
      return none;
    }
    try (var files = Files.newDirectoryStream(cgroup, "hugetlb.*B" + limit)) {
      files.forEach(file -> none.add(Setting.number("huge pages", file, 0)));
    } catch (IOException | DirectoryIteratorException e) {
      return none; // the cgroup is gone
    }
    none.sort(Comparator.comparing(Setting::file));
    return none;
  }

  static long numberOrZero(Path file) {
    try {
      return number(file);
    } catch (IOException e) {
      return 0;
    }
  }

  /** The number after a key at the start of a line, or zero. */
  static long keyed(Path file, String key) {
    try {
      for (String line : Files.readAllLines(file)) {
        if (line.startsWith(key + " ")) {
          return Long.parseLong(line.substring(key.length() + 1).strip());
        }
      }
      return 0;
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }
}
