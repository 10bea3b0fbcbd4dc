package dev.berth.scheduler.slug;

import java.util.List;

/**
 * One entry of a tar, as its header and the extended headers before it say together.
 *
 * @param doubts where another reader could see something else than we do; an entry with doubts must
 *     not be used
 */
record TarEntry(
    String path, Type type, String link, long size, boolean isExecutable, List<String> doubts) {

  /** What an entry is. */
  enum Type {
    FILE,
    DIRECTORY,
    SYMLINK,
    HARD_LINK,
    DEVICE,
    FIFO,
    SPARSE,
    GLOBAL_HEADER,
    UNKNOWN
  }

  TarEntry {
    doubts = List.copyOf(doubts);
  }
}
