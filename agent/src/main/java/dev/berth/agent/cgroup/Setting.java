package dev.berth.agent.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * One limit as a file of the kernel takes and gives it.
 *
 * @param what in words for a report
 * @param text what is written
 * @param line a whole line that must be there when the file is read back
 */
public record Setting(String what, Path file, String text, String line) {

  static Setting number(String what, Path file, long value) {
    return new Setting(what, file, "" + value, "" + value);
  }

  public void write() throws IOException {
    try {
      Files.writeString(file, text, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new IOException(
          "%s can't be set: %s refuses '%s': %s".formatted(what, file, text, e.getMessage()), e);
    }
  }

  /** What the kernel has instead; empty when it has what was written. */
  public Optional<String> difference() throws IOException {
    List<String> lines = Files.readAllLines(file);
    return lines.contains(line)
        ? Optional.empty()
        : Optional.of(
            "the limit of %s is '%s', not '%s'".formatted(what, String.join("; ", lines), line));
  }
}
