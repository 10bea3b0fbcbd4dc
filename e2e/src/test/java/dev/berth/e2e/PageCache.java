package dev.berth.e2e;

import dev.berth.bench.cluster.InstanceProcesses;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What of a file is in memory, and for how many, as the kernel tells it. */
final class PageCache {
  private static final long PAGE = 4096;
  private static final Pattern MAPPING =
      Pattern.compile("(?m)^[0-9a-f]+-[0-9a-f]+ r-[x-]\\S .*/(\\S+)\\n(?:\\w+:.*\\n)+");
  private static final Pattern SIZE = Pattern.compile("(?m)^(Rss|Pss):\\s+(\\d+) kB");

  private PageCache() {}

  /**
   * The read-only parts of a program that a process has mapped.
   *
   * @param resident in memory
   * @param share of that, where each page counts as one part of as many as have it mapped
   */
  record Mapped(long resident, long share) {}

  static Mapped mapped(long pid, String program) {
    long resident = 0;
    long share = 0;
    Matcher mapping = MAPPING.matcher(InstanceProcesses.read(pid, "smaps"));
    while (mapping.find()) {
      Matcher size = SIZE.matcher(mapping.group());
      while (mapping.group(1).equals(program) && size.find()) {
        long kib = Long.parseLong(size.group(2));
        resident += size.group(1).equals("Rss") ? kib : 0;
        share += size.group(1).equals("Pss") ? kib : 0;
      }
    }
    return new Mapped(resident, share);
  }

  /** How many pages of a file are in memory (mincore). Reads none of them. */
  static long resident(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file);
        Arena arena = Arena.ofConfined()) {
      MemorySegment all = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      long resident = 0;
      for (long at = 0; at < all.byteSize(); at += PAGE) {
        resident += all.asSlice(at, Math.min(PAGE, all.byteSize() - at)).isLoaded() ? 1 : 0;
      }
      return resident;
    }
  }
}
